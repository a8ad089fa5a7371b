package io.shoal.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The client lives on other people's class paths: what it shows must be its own. */
@AnalyzeClasses(packages = "io.shoal.client", importOptions = PublicApiTest.WithoutTests.class)
class PublicApiTest {
  @ArchTest
  static final ArchRule API_NAMES_NO_FOREIGN_TYPES =
      classes()
          .that()
          .resideInAPackage("io.shoal.client")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.shoal.client",
              "io.shoal.common.error",
              "io.shoal.common.policy",
              "java..",
              "org.jspecify..")
          .orShould()
          .haveSimpleName("ShoalClient")
          .as(
              "The public API names types of the JDK, of itself and of io.shoal.common.error and policy only");

  @ArchTest
  static final ArchRule ENTRY_POINT_NAMES_THE_RUNTIME_AND_NOTHING_ELSE_INTERNAL =
      noClasses()
          .that()
          .resideInAPackage("io.shoal.client")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.netty..",
              "io.grpc..",
              "com.google..",
              "io.shoal.proto..",
              "io.shoal.client.internal.*..");

  @ArchTest
  static final ArchRule PARTS_DO_NOT_DEPEND_ON_THE_RUNTIME =
      noClasses()
          .that()
          .resideInAPackage("io.shoal.client.internal.*..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.shoal.client.internal");

  /** Knows the tests by their folder, wherever the build puts it. */
  static final class WithoutTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/");
    }
  }
}
