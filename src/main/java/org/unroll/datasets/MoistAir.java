package org.unroll.datasets;

/**
 * Computes the properties of moist air from pressure p (mbar), temperature T (°C) and relative
 * humidity (%). These are the formulas of the Jena weather station: they reproduce its file of 2020
 * within rounding. {@link StrictMath} gives the same bits on every JVM.
 */
final class MoistAir {
  /**
   * Magnus's coefficients over water according to the German weather service, in mbar, 1 and °C.
   */
  private static final double A = 6.1078;

  private static final double B = 17.08085;
  private static final double C = 234.175;

  private static final double KELVIN = 273.15;

  /** Ratio of the molar masses of water and dry air. */
  private static final double RATIO = 0.622;

  /** Gas constant of dry air, J/(kg K). */
  private static final double R_DRY = 287.058;

  private MoistAir() {}

  /**
   * Returns the saturation vapor pressure in mbar: 6.1078 · exp(17.08085 T / (234.175 + T))
   * (Magnus).
   */
  static double saturationPressure(double celsius) {
    return A * StrictMath.exp(B * celsius / (C + celsius));
  }

  /** Returns the dew point in °C, at which a vapor pressure in mbar is the saturation pressure. */
  static double dewPoint(double vaporPressure) {
    double x = StrictMath.log(vaporPressure / A);
    return C * x / (B - x);
  }

  /** Returns the temperature in K of air that is brought to 1000 mbar: T (1000 / p)^0.286. */
  static double potentialTemperature(double celsius, double pressure) {
    return (celsius + KELVIN) * StrictMath.pow(1000 / pressure, 0.286);
  }

  /** Returns the specific humidity in g of vapor per kg of air: 1000 · 0.622 e / (p − 0.378 e). */
  static double specificHumidity(double vaporPressure, double pressure) {
    return 1000 * RATIO * vaporPressure / (pressure - (1 - RATIO) * vaporPressure);
  }

  /** Returns the concentration of vapor in mmol per mol of air: 1000 e / p. */
  static double vaporConcentration(double vaporPressure, double pressure) {
    return 1000 * vaporPressure / pressure;
  }

  /**
   * Returns the density in g/m³: p / (R T (1 + 0.608 q)), where q is the specific humidity in
   * kg/kg.
   */
  static double density(double celsius, double pressure, double vaporPressure) {
    double q = specificHumidity(vaporPressure, pressure) / 1000;
    return 1e5 * pressure / (R_DRY * (celsius + KELVIN) * (1 + 0.608 * q));
  }
}
