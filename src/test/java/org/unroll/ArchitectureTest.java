package org.unroll;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.ImportOption.OnlyIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.platform.commons.annotation.Testable;

/** The house rules that a compiler cannot know. */
@AnalyzeClasses(packages = "org.unroll", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  /** A package must not use those before it in this list, so there are no cycles either. */
  private static final List<String> PACKAGES_FROM_THE_TOP =
      List.of(
          "org.unroll.spark",
          "org.unroll.notebook",
          "org.unroll.notebook.kernel",
          "org.unroll.plots",
          "org.unroll.plots.drawing",
          "org.unroll.plots.diagrams",
          "org.unroll.forecasting.series",
          "org.unroll.forecasting",
          "org.unroll.forecasting.panel",
          "org.unroll.tuning",
          "org.unroll.keras",
          "org.unroll.keras.files",
          "org.unroll.keras.hdf5",
          "org.unroll",
          "org.unroll.training",
          "org.unroll.callbacks",
          "org.unroll.metrics",
          "org.unroll.losses",
          "org.unroll.optimizers",
          "org.unroll.layers",
          "org.unroll.layers.cells",
          "org.unroll.layers.recurrent",
          "org.unroll.layers.convolution",
          "org.unroll.layers.normalization",
          "org.unroll.layers.attention",
          "org.unroll.layers.merging",
          "org.unroll.layers.core",
          "org.unroll.network",
          "org.unroll.datasets",
          "org.unroll.timeseries",
          "org.unroll.text",
          "org.unroll.audio",
          "org.unroll.data",
          "org.unroll.compute",
          "org.unroll.internal");

  private static final String SPARK = "org.unroll.spark";

  /** The classes of the incubator module's own compilation, see pom.xml. */
  private static final DescribedPredicate<JavaClass> VECTOR_CLASSES =
      nameMatching("org\\.unroll\\.compute\\.Vector.*")
          .<JavaClass>forSubtype()
          .as("the Vector API's implementation");

  /** What a person watches while a model trains. */
  private static final DescribedPredicate<JavaClass> PROGRESS =
      nameMatching("org\\.unroll\\.callbacks\\.(Progress.*|Callbacks)")
          .<JavaClass>forSubtype()
          .as("the display of progress");

  /** Where numbers are floats because arrays of them are. */
  private static final DescribedPredicate<JavaClass> HOT_PATH =
      resideInAPackage("org.unroll.compute..")
          .or(nameMatching("org\\.unroll\\.network\\.Gradient").forSubtype())
          .as("the hot path");

  @ArchTest
  static final ArchRule every_class_has_its_package =
      classes().should().resideInAnyPackage(PACKAGES_FROM_THE_TOP.toArray(String[]::new));

  @ArchTest
  static void packages_depend_downwards_only(JavaClasses classes) {
    for (int i = 1; i < PACKAGES_FROM_THE_TOP.size(); i++) {
      noClasses()
          .that()
          .resideInAPackage(PACKAGES_FROM_THE_TOP.get(i))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(PACKAGES_FROM_THE_TOP.subList(0, i).toArray(String[]::new))
          .allowEmptyShould(true)
          .check(classes);
    }
  }

  @ArchTest
  static final ArchRule the_incubator_module_is_touched_in_one_place =
      noClasses()
          .that(not(VECTOR_CLASSES))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator..")
          .orShould()
          .dependOnClassesThat(VECTOR_CLASSES)
          .because("nothing else may fail to load on a JVM without the module");

  @ArchTest
  static final ArchRule only_progress_plots_and_notebooks_print =
      noClasses()
          .that(
              not(PROGRESS)
                  .and(not(resideInAnyPackage("org.unroll.notebook..", "org.unroll.plots"))))
          .should(ACCESS_STANDARD_STREAMS);

  /** Its classes are among those of the build after one with the profile "spark". */
  @ArchTest
  static final ArchRule only_its_package_knows_spark =
      noClasses()
          .that()
          .resideOutsideOfPackage(SPARK)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
          .because("most users do not have Spark");

  @ArchTest
  static final ArchRule nothing_logs =
      noClasses()
          .that()
          .resideOutsideOfPackage(SPARK) // whose messages are in the logs of the executors
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.util.logging..",
              "org.slf4j..",
              "org.apache.commons.logging..",
              "org.apache.log4j..",
              "org.apache.logging..")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(System.Logger.class)
          .because("what a user has to know is an exception, a result or a line of progress");

  @ArchTest static final ArchRule no_static_state = fields().that().areStatic().should().beFinal();

  @ArchTest
  static final ArchRule public_fields_are_constants =
      fields()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .should()
          .beStatic()
          .andShould()
          .beFinal()
          .andShould()
          .notHaveRawType(describe("an array, which anyone could write to", JavaClass::isArray));

  @ArchTest
  static final ArchRule public_numbers_are_double_or_int =
      noCodeUnits()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .and()
          .areDeclaredInClassesThat(not(HOT_PATH))
          .should()
          .haveRawReturnType(float.class)
          .orShould()
          .haveRawParameterTypes(
              describe(
                  "with a float",
                  types -> types.stream().anyMatch(type -> type.isEquivalentTo(float.class))))
          .because("a cell must not need an f");

  @ArchTest
  static void every_test_is_where_surefire_looks(JavaClasses ignored) {
    methods()
        .that()
        .areMetaAnnotatedWith(Testable.class)
        .should()
        .beDeclaredInClassesThat()
        .haveNameMatching("[\\w.]+Test(\\$.*)?")
        .check(new ClassFileImporter(List.of(new OnlyIncludeTests())).importPackages("org.unroll"));
  }
}
