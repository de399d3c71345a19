package org.unroll.datasets;

/**
 * What follows from pressure p (mbar), temperature T (°C) and relative humidity (%), by the
 * formulas that the columns of the Jena weather station obey: within their rounding for its file of
 * 2020. Uses {@link StrictMath}, so that the results are the same bits on every JVM.
 */
final class MoistAir {
  /** Magnus's coefficients over water as the German weather service has them: mbar, 1, °C. */
  private static final double A = 6.1078;

  private static final double B = 17.08085;
  private static final double C = 234.175;

  private static final double KELVIN = 273.15;

  /** Molar mass of water over that of dry air. */
  private static final double RATIO = 0.622;

  /** Gas constant of dry air, J/(kg K). */
  private static final double R_DRY = 287.058;

  private MoistAir() {}

  /** Saturation vapour pressure in mbar: 6.1078 · exp(17.08085 T / (234.175 + T)) (Magnus). */
  static double saturationPressure(double celsius) {
    return A * StrictMath.exp(B * celsius / (C + celsius));
  }

  /** The temperature in °C at which a vapour pressure in mbar is that of saturation. */
  static double dewPoint(double vapourPressure) {
    double x = StrictMath.log(vapourPressure / A);
    return C * x / (B - x);
  }

  /** The temperature in K that air has when brought to 1000 mbar: T (1000 / p)^0.286. */
  static double potentialTemperature(double celsius, double pressure) {
    return (celsius + KELVIN) * StrictMath.pow(1000 / pressure, 0.286);
  }

  /** Grams of vapour in a kilogram of air: 1000 · 0.622 e / (p − 0.378 e). */
  static double specificHumidity(double vapourPressure, double pressure) {
    return 1000 * RATIO * vapourPressure / (pressure - (1 - RATIO) * vapourPressure);
  }

  /** Millimoles of vapour in a mole of air: 1000 e / p. */
  static double vapourConcentration(double vapourPressure, double pressure) {
    return 1000 * vapourPressure / pressure;
  }

  /** Grams in a cubic metre: p / (R T (1 + 0.608 q)), q being the specific humidity as a share. */
  static double density(double celsius, double pressure, double vapourPressure) {
    double q = specificHumidity(vapourPressure, pressure) / 1000;
    return 1e5 * pressure / (R_DRY * (celsius + KELVIN) * (1 + 0.608 * q));
  }
}
