package org.unroll.datasets;

import java.util.Random;

/**
 * A simulated weather station whose columns obey the physics and approximately the statistics of
 * Jena's. Its variables form a chain of cause and effect, so that a forecast can be learned:
 *
 * <ul>
 *   <li>pressure is a damped oscillator driven by noise (highs and lows, about 8 days);
 *   <li>falling pressure brings southerly wind and warm air, rising pressure cold air, most of all
 *       after a low (the cold front); westerly wind is mild in winter and cool in summer;
 *   <li>low pressure and southerly wind bring moist air, and moist air is cloudy;
 *   <li>sunshine, by season and hour, warms the air, nights cool it, and clouds reduce both;
 *   <li>noise on scales of minutes, hours and days is unpredictable.
 * </ul>
 *
 * <p>Temperature, pressure and relative humidity result from this model and are rounded like the
 * station's; {@link MoistAir} computes the other columns of air. The numbers come from {@link
 * Random} and {@link StrictMath}, whose results Java specifies to the bit.
 */
final class JenaSynthesis {
  private static final int DAY = 144;
  private static final double ROW = 1.0 / DAY;
  private static final double YEAR = 365.2425;
  private static final int WARM_UP = 60 * DAY;

  private static final double SWING = 2 * StrictMath.PI / 8;
  private static final double DAMPING = 0.55;
  private static final double LATITUDE = StrictMath.toRadians(50.9);
  private static final double SIN_LATITUDE = StrictMath.sin(LATITUDE);
  private static final double COS_LATITUDE = StrictMath.cos(LATITUDE);
  private static final double TILT = StrictMath.toRadians(23.44);
  private static final double NOON = 12.25 / 24;

  private final Random random;
  private final double[] cosHour = new double[DAY];

  // Pressure and its change, in standard deviations.
  private double pressure;
  private double tendency;

  // Noise of unit variance with different correlation times.
  private double southNoise;
  private double west;
  private double moisture;
  private double hours;
  private double minutes;
  private double pressureNoise;
  private double gustiness;

  // Accumulated heat of the air, in degrees.
  private double advected;
  private double radiated;

  private double sinDeclination;
  private double cosDeclination;
  private double summer;

  private JenaSynthesis(long seed) {
    // Random scrambles its seed so little that the sequences of adjacent seeds start similarly.
    random = new Random(seed * 0x9E3779B97F4A7C15L);
    for (int i = 0; i < DAY; i++) {
      cosHour[i] = StrictMath.cos(2 * StrictMath.PI * (i * ROW - NOON));
    }
  }

  /**
   * Returns the 14 columns, one array each, with a row every 10 minutes from 00:10 on January 1.
   */
  static double[][] columns(int rows, long seed) {
    var station = new JenaSynthesis(seed);
    double[][] columns = new double[14][rows];
    double[] row = new double[14];
    for (int i = -WARM_UP; i < rows; i++) {
      station.next(i + 1, row);
      for (int j = 0; j < 14 && i >= 0; j++) {
        columns[j][i] = row[j];
      }
    }
    return columns;
  }

  /** Advances by 10 minutes, to {@code time} rows after the new year, and writes the row. */
  private void next(int time, double[] row) {
    int rowOfDay = Math.floorMod(time, DAY);
    if (time % 6 == 0 || time == 1 - WARM_UP) {
      updateSeason(time * ROW);
    }
    double height =
        SIN_LATITUDE * sinDeclination + COS_LATITUDE * cosDeclination * cosHour[rowOfDay];
    double sun = Math.max(0, height);

    double push = StrictMath.sqrt(4 * DAMPING * SWING * ROW) * random.nextGaussian();
    tendency += ROW * SWING * (-2 * DAMPING * tendency - pressure) + push;
    pressure += ROW * SWING * tendency;
    southNoise = drift(southNoise, 1);
    west = drift(west, 2);
    moisture = drift(moisture, 0.9);
    minutes = drift(minutes, 0.04);
    hours = drift(hours, 0.15);
    pressureNoise = drift(pressureNoise, 0.2);
    gustiness = drift(gustiness, 0.05);

    double south = 0.8 * southNoise - 0.5 * tendency;
    double coldFront = Math.max(0, tendency) * Math.max(0, -pressure);
    double wet = 0.6 * moisture - 0.8 * pressure + 0.4 * south + 0.2 * west;
    double cloud = 1 / (1 + StrictMath.exp(-2.6 * (wet + 0.3 - 0.5 * summer)));
    advected += ROW * (2.1 + 3.6 * south - 5 * coldFront - 2.6 * west * summer - advected / 1.1);
    radiated += ROW * (140 * sun * (1 - 0.85 * cloud) - 21 * (1 - 0.75 * cloud) - radiated / 0.25);

    double season = 7 + 7.4 * summer;
    double noise = (0.2 + 0.35 * sun) * minutes + 0.5 * hours;
    double celsius = round(season + advected + radiated + noise, 100);
    double mbar = round(989.2 + 8 * pressure + 0.25 * pressureNoise, 100);
    double dew = season - 3.5 + 0.75 * advected + 2.3 * wet + 0.15 * radiated;
    double share = MoistAir.saturationPressure(dew) / MoistAir.saturationPressure(celsius);
    writeAir(mbar, celsius, round(Math.min(100, 100 * share), 10), row);
    writeWind(south, sun, row);
  }

  private void updateSeason(double days) {
    double declination = TILT * StrictMath.cos(2 * StrictMath.PI * (days - 172) / YEAR);
    sinDeclination = StrictMath.sin(declination);
    cosDeclination = StrictMath.cos(declination);
    summer = StrictMath.cos(2 * StrictMath.PI * (days - 200) / YEAR);
  }

  /** Advances an Ornstein-Uhlenbeck process of unit variance by one step. */
  private double drift(double value, double memoryInDays) {
    double rate = ROW / memoryInDays;
    return value - rate * value + StrictMath.sqrt(2 * rate) * random.nextGaussian();
  }

  private static void writeAir(double mbar, double celsius, double humidity, double[] row) {
    double saturation = MoistAir.saturationPressure(celsius);
    double vapor = saturation * humidity / 100;
    row[0] = mbar;
    row[1] = celsius;
    row[2] = round(MoistAir.potentialTemperature(celsius, mbar), 100);
    row[3] = round(MoistAir.dewPoint(vapor), 100);
    row[4] = humidity;
    row[5] = round(saturation, 100);
    row[6] = round(vapor, 100);
    row[7] = round(saturation - vapor, 100);
    row[8] = round(MoistAir.specificHumidity(vapor, mbar), 100);
    row[9] = round(MoistAir.vaporConcentration(vapor, mbar), 100);
    row[10] = round(MoistAir.density(celsius, mbar, vapor), 100);
  }

  private void writeWind(double south, double sun, double[] row) {
    double turbulence = random.nextGaussian();
    double gust = random.nextGaussian();
    double fromSouth = 0.5 + 1.5 * south + 0.5 * turbulence;
    double fromWest = 0.4 + 0.6 * south + 0.7 * west + 0.5 * gust;
    double speed =
        0.2
            + StrictMath.sqrt(fromSouth * fromSouth + fromWest * fromWest)
                * (0.75 + sun)
                * StrictMath.exp(0.35 * gustiness);
    double direction = StrictMath.toDegrees(StrictMath.atan2(-fromWest, -fromSouth));
    row[11] = round(speed, 100);
    row[12] = round(speed * (1.4 + 0.25 * Math.abs(gust)) + 0.3 * Math.abs(turbulence), 100);
    row[13] = round(direction < 0 ? direction + 360 : direction, 10);
  }

  private static double round(double value, double unit) {
    return Math.rint(value * unit) / unit;
  }
}
