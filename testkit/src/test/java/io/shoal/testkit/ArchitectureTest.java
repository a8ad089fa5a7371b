package io.shoal.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between modules, and where types of other people's libraries may stand. */
@AnalyzeClasses(packages = "io.shoal", importOptions = ArchitectureTest.MainClasses.class)
class ArchitectureTest {
  /** Leaves out tests, in directories and in the test-jar of {@code common}. */
  static final class MainClasses implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("test-classes") && !location.contains("-tests.jar");
    }
  }

  private static final String CLIENT = "io.shoal.client..";
  private static final String METADATA = "io.shoal.metadata..";
  private static final String STORAGE = "io.shoal.storage..";

  @ArchTest
  static final ArchRule commonStandsBelowAll =
      noClasses()
          .that()
          .resideInAPackage("io.shoal.common..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CLIENT, METADATA, STORAGE, "io.shoal.testkit..");

  @ArchTest
  static final ArchRule serversKnowNeitherTheClientNorEachOther =
      noClasses()
          .that()
          .resideInAPackage(METADATA)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CLIENT, STORAGE);

  @ArchTest
  static final ArchRule storageKnowsNeitherTheClientNorMetadata =
      noClasses()
          .that()
          .resideInAPackage(STORAGE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CLIENT, METADATA);

  @ArchTest
  static final ArchRule clientKnowsNoServer =
      noClasses()
          .that()
          .resideInAPackage(CLIENT)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(METADATA, STORAGE);

  @ArchTest
  static final ArchRule ratisStaysInConsensus =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.shoal.metadata.consensus..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.ratis..");

  @ArchTest
  static final ArchRule rocksStaysInItsTwoStores =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.shoal.metadata.store..", "io.shoal.storage.index..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.rocksdb..");

  @ArchTest
  static final ArchRule generatedMessagesStopAtTheEdges =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.shoal.proto..",
              "io.shoal.common.rpc..",
              "io.shoal.common.transport..",
              "io.shoal.common.grant..",
              "io.shoal.client.internal..",
              "io.shoal.metadata.rpc..",
              "io.shoal.metadata.consensus..",
              "io.shoal.storage.rpc..",
              "io.shoal.storage.heartbeat..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.shoal.proto..");

  @ArchTest
  static final ArchRule nobodyDependsOnMainClasses =
      noClasses().should().dependOnClassesThat().haveSimpleNameEndingWith("Main");

  @ArchTest
  static final ArchRule packagesAreNamedAfterThings =
      classes()
          .should()
          .resideOutsideOfPackages("..util..", "..utils..", "..helper..", "..helpers..");

  @ArchTest
  static final ArchRule onlySystemClocksAskForTheTime =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.shoal.common.time..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class);
}
