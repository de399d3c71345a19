"""Writes the synthetic air quality log of a classroom in one winter: data/classroom_air.csv.

A room of 200 m³ is simulated minute by minute. Pupils follow a timetable and breathe out CO2, water and heat. Windows
are opened in some breaks and when a teacher notices the air. A radiator follows its schedule, and the weather outside
is noise with a daily and a seasonal cycle. The log then has the defects of a cheap logger: irregular times, lost rows,
hours and days without power, rows sent twice or too late, decimal commas, the missing value -999 while a sensor warms
up, and 85,0 for a temperature after a reset.
"""

import math
import pathlib
import random
from datetime import datetime, timedelta

OUT = pathlib.Path(__file__).resolve().parents[3] / "data/classroom_air.csv"

START, DAYS = datetime(2025, 11, 3), 145
OUTDOOR_CO2 = 425  # ppm
VOLUME = 200e6  # ml
BREATH = 280  # ml of CO2 a minute and pupil

# Lessons as (weekday, start, end); on the others the class is elsewhere.
BELLS = [("08:00", "08:45"), ("08:50", "09:35"), ("09:55", "10:40"), ("10:45", "11:30"), ("11:45", "12:30"), ("12:35", "13:20")]
IN_THE_ROOM = {0: [0, 1, 4, 5], 1: [0, 1, 2, 3, 4], 2: [2, 3, 4, 5], 3: [0, 1, 2, 3, 4], 4: [0, 1, 2, 3]}
AFTERNOONS = {1: ("14:15", "15:45"), 3: ("14:15", "15:45")}
HOLIDAYS = [(datetime(2025, 12, 22), datetime(2026, 1, 5)), (datetime(2026, 2, 16), datetime(2026, 2, 21))]


def minute(clock):
    return 60 * int(clock[:2]) + int(clock[3:])


def pupils_by_minute(day, random):
    pupils = [0] * 1440
    date = START + timedelta(days=day)
    if date.weekday() > 4 or any(first <= date < end for first, end in HOLIDAYS):
        return pupils
    present = random.choice([21, 23, 24, 25, 25, 26, 26])
    lessons = [BELLS[i] for i in IN_THE_ROOM[date.weekday()]]
    if date.weekday() in AFTERNOONS:
        lessons.append(AFTERNOONS[date.weekday()])
    for start, end in lessons:
        if random.random() > 0.04:  # else the lesson is cancelled
            for m in range(minute(start) - 3, minute(end)):
                pupils[m] = present
    return pupils


def air(random):
    """A row for each minute: CO2 in ppm, temperature and relative humidity inside, temperature outside."""
    co2, inside, vapour = 450.0, 17.0, 7.0
    days_noise, hours_noise, cloud = 0.0, 0.0, 0.5
    rows = []
    for day in range(DAYS):
        pupils = pupils_by_minute(day, random)
        weekday = (START + timedelta(days=day)).weekday()
        school = any(pupils)
        season = 4.0 - 5.0 * math.cos(2 * math.pi * (day - 75) / 365.0)
        days_noise = 0.82 * days_noise + random.gauss(0, 2.2)
        cloud = min(1.0, max(0.0, 0.5 + 0.6 * (cloud - 0.5) + random.gauss(0, 0.28)))
        window, patience = 0.0, 0.0
        for m in range(1440):
            hours_noise = 0.998 * hours_noise + random.gauss(0, 0.05)
            sun = max(0.0, math.sin(2 * math.pi * (m - 420) / 1140.0)) if 420 < m < 990 else 0.0
            outside = season + days_noise + hours_noise + (5.0 * sun - 1.5) * (1.2 - cloud)

            n = pupils[m]
            arrived = n > 0 and pupils[m - 1] == 0
            left = n == 0 and pupils[m - 1] > 0
            if arrived:
                window = 0.0
                patience = random.choice([1300, 1500, 1700, 2200, 9999]) + max(0.0, 5 - outside) * 40
            elif left:
                window = random.choice([0.0, 6.0, 6.0]) if outside > -2 else random.choice([0.0, 0.0, 4.0])
            elif n and co2 > patience:
                window = 4.5
            elif n and co2 < 900:
                window = 0.0
            if m == 970 and weekday < 5:
                window = 6.0 if school and random.random() < 0.8 else 0.0
            if m == 990 or (m > 830 and not n and m < 960):
                window = 0.0
            changes = 0.35 + window  # an hour

            co2 += n * BREATH / VOLUME * 1e6 - changes / 60 * (co2 - OUTDOOR_CO2)
            wanted = 21.0 if school and 360 <= m < 930 else 17.0
            radiator = min(1.0, max(0.0, wanted - inside + 0.5)) * 2.4
            inside += (radiator + 0.045 * n + 1.1 * sun * (1 - cloud) - (inside - outside) * (0.022 + 0.05 * changes)) / 60
            outdoor_vapour = 0.82 * saturation(outside)
            vapour += (0.055 * n + (outdoor_vapour - vapour) * (0.6 * changes) + 0.25 * (0.42 * saturation(inside) - vapour)) / 60
            rows.append((co2, inside, min(100.0, 100 * vapour / saturation(inside)), outside))
    return rows


def saturation(celsius):
    """Grams of water in a cubic metre of saturated air (Magnus)."""
    return 216.7 * 6.112 * math.exp(17.62 * celsius / (243.12 + celsius)) / (273.15 + celsius)


def comma(value):
    return f"{value:.1f}".replace(".", ",")


def log(rows, random):
    outages = [(day * 1440 + m, day * 1440 + m + length) for day, m, length in
               [(9, 610, 170), (23, 65, 300), (38, 800, 95), (51, 600, 7080), (74, 1200, 240), (88, 480, 130), (100, 530, 2150), (119, 640, 200), (131, 30, 260)]]
    lines, at, warm = [], 7, 0
    while at < len(rows):
        if any(first <= at < end for first, end in outages):
            warm = 2
        elif random.random() > 0.025:
            co2, inside, humidity, outside = rows[at]
            time = (START + timedelta(minutes=at)).strftime("%d.%m.%Y %H:%M")
            spoiled = warm > 0 or random.random() < 0.003
            lines.append(";".join([
                time,
                "-999" if spoiled else str(round(co2 + random.gauss(0, 15))),
                "85,0" if random.random() < 0.0012 else comma(inside + random.gauss(0, 0.1)),
                "" if random.random() < 0.004 else str(round(humidity + random.gauss(0, 0.6))),
                comma(outside + random.gauss(0, 0.15)),
            ]))
            warm -= 1 if warm else 0
        at += random.randint(12, 28)
    for _ in range(5):  # stored while there was no network, sent later
        first, count = random.randrange(500, len(lines) - 500), random.randint(5, 12)
        late = lines[first : first + count]
        lines[first : first + count + 20] = lines[first + count : first + count + 20] + late
    for _ in range(60):  # sent twice
        where = random.randrange(len(lines))
        lines.insert(where, lines[where])
    return lines


if __name__ == "__main__":
    source = random.Random(6)
    rows = ["time;CO2 (ppm);T (degC);RH (%);T outside (degC)", *log(air(source), source)]
    OUT.write_text("\n".join(rows) + "\n", encoding="utf-8", newline="\n")
