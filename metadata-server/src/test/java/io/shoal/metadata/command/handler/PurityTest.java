package io.shoal.metadata.command.handler;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Apply is a pure function of (state, command): nothing that differs between peers is in reach. */
class PurityTest {
  private static final String[] STATE_MACHINE = {
    "io.shoal.metadata.command..",
    "io.shoal.metadata.namespace..",
    "io.shoal.metadata.chunk..",
    "io.shoal.metadata.cluster..",
    "io.shoal.metadata.index..",
    "io.shoal.metadata.row.."
  };

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("io.shoal.metadata");

  @Test
  void stateMachine_dependsOnValuesAndTheStoreOnly() {
    classes()
        .that()
        .resideInAnyPackage(STATE_MACHINE)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(STATE_MACHINE)
                .or(
                    resideInAnyPackage(
                        "io.shoal.metadata.store",
                        "io.shoal.common.id",
                        "io.shoal.common.error",
                        "io.shoal.common.policy",
                        "org.jspecify.annotations",
                        "java.lang..",
                        "java.nio",
                        "java.nio.charset",
                        "java.util",
                        "java.util.function",
                        "java.util.stream")))
        .check(classes);
  }

  @Test
  void stateMachine_knowsNoClockAndNoRandomness() {
    noClasses()
        .that()
        .resideInAnyPackage(STATE_MACHINE)
        .should()
        .dependOnClassesThat(
            assignableTo(RandomGenerator.class)
                .or(assignableTo(ThreadLocalRandom.class))
                .or(resideInAnyPackage("java.time..", "io.shoal.common.time..")))
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(UUID.class, "randomUUID")
        .check(classes);
  }

  @Test
  void tables_knowNothingOfCommands() {
    noClasses()
        .that()
        .resideInAnyPackage(STATE_MACHINE)
        .and()
        .resideOutsideOfPackage("io.shoal.metadata.command..")
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.shoal.metadata.command.."))
        .check(classes);
  }

  @Test
  void messagesOfTheLog_stayInTheCodec() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.shoal.metadata.consensus.codec..")
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.shoal.proto.log.."))
        .check(classes);
  }
}
