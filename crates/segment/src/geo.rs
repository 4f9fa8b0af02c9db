//! How far places are from each other, the same on every machine.
//!
//! Distances are great circles on a sphere of 6371.0088 km, the mean radius of the Earth (IUGG), by the haversine
//! formula. A place lies within a circle where the haversine of the angle between them is at most that of the
//! circle's radius, so that no inverse function is needed. Sine and cosine are written here by additions,
//! multiplications and divisions alone, which IEEE 754 rounds in one way everywhere; those of a system's library differ
//! in the last digit. Coordinates are taken to the nearest 10^-9 degree (0.1 mm); the haversine is then right to a few
//! units in 10^16, so that who is decided wrongly stands within a few micrometres of a circle of up to 1000 km, and
//! within centimetres of one that spans half the Earth.

use onefold_model::{Decimal, Truth, Value};

use crate::number::Ratio;
use crate::value::Circle;

/// Millimetres.
const RADIUS: f64 = 6_371_008_800.0;
/// Units of 10^-9 degrees.
const DEGREE: i64 = 1_000_000_000;
const PI: f64 = std::f64::consts::PI;

impl Circle {
    /// A circle around a point, if it is one on the globe: kilometres, and degrees north and east.
    #[cfg(test)]
    fn new(km: Decimal, lat: Decimal, lon: Decimal) -> Option<Self> {
        let millimetres = scaled(km, 1_000_000)?;
        let (lat, lon) = point(scaled(lat, DEGREE)?, scaled(lon, DEGREE)?)?;
        Some(Self { millimetres: u64::try_from(millimetres).ok()?, lat, lon })
    }

    /// Whether a place lies in it; unknown of what is no place.
    pub(crate) fn holds(self, place: &Value) -> Truth {
        match place_of(place) {
            Some((lat, lon)) => self.reaches(lat, lon).into(),
            None => Truth::Unknown,
        }
    }

    fn reaches(self, lat: i64, lon: i64) -> bool {
        let reach = self.millimetres as f64 / (2.0 * RADIUS);
        if reach >= PI / 2.0 {
            return true;
        }
        let (east, _) = sin_cos(radians(self.lon.abs_diff(lon)) / 2.0);
        let (north, _) = sin_cos(radians(self.lat.abs_diff(lat)) / 2.0);
        let ((_, here), (_, there)) = (sin_cos(radians(self.lat.unsigned_abs())), sin_cos(radians(lat.unsigned_abs())));
        let (bound, _) = sin_cos(reach);
        north * north + here * there * (east * east) <= bound * bound
    }
}

/// Degrees north and east of a map with `lat` and `lon` (or `latitude` and `longitude`, `lng`), or of a text such as
/// `52.52, 13.405`.
fn place_of(place: &Value) -> Option<(i64, i64)> {
    match place {
        Value::Map(pairs) => {
            let get = |names: &[&str]| {
                let named = |name: &&str| pairs.iter().find(|(key, _)| key.as_str() == *name).map(|(_, value)| value);
                names.iter().find_map(|name| named(name).filter(|value| !value.is_null()))
            };
            let (lat, lon) = (get(&["lat", "latitude"])?, get(&["lon", "lng", "longitude"])?);
            point(degrees(lat)?, degrees(lon)?)
        }
        Value::Text(text) => {
            let (lat, lon) = text.split_once(',')?;
            point(scaled(lat.trim().parse().ok()?, DEGREE)?, scaled(lon.trim().parse().ok()?, DEGREE)?)
        }
        _ => None,
    }
}

fn degrees(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => number.checked_mul(DEGREE),
        Value::Decimal(number) => scaled(*number, DEGREE),
        Value::Text(text) => scaled(text.trim().parse().ok()?, DEGREE),
        Value::Score(score) => {
            let units = score.get() * DEGREE as f64;
            (units.abs() < 1e15).then(|| units.round() as i64)
        }
        _ => None,
    }
}

/// Only what is on the globe.
fn point(lat: i64, lon: i64) -> Option<(i64, i64)> {
    (lat.unsigned_abs() <= 90 * DEGREE.unsigned_abs() && lon.unsigned_abs() <= 360 * DEGREE.unsigned_abs())
        .then_some((lat, lon))
}

/// A number of so many units, to the nearest, ties to the even.
fn scaled(number: Decimal, units: i64) -> Option<i64> {
    let exact = Ratio::from(number).times(Ratio::whole(units))?;
    i64::try_from(exact.nearest()).ok()
}

fn radians(nanodegrees: u64) -> f64 {
    // A full turn is taken off exactly.
    let turn = 360 * DEGREE.unsigned_abs();
    (nanodegrees % turn) as f64 / (180.0 * DEGREE as f64) * PI
}

/// Sine and cosine of an angle from 0 to 2 pi: brought to at most pi / 4, then by their series, whose first term left
/// out is below 2^-58.
fn sin_cos(angle: f64) -> (f64, f64) {
    let quarter = (angle / (PI / 2.0) + 0.5).floor();
    // pi / 2 in two parts, so that the difference keeps its digits.
    let rest = (angle - quarter * std::f64::consts::FRAC_PI_2) - quarter * 6.123_233_995_736_766e-17;
    let square = rest * rest;
    let (mut sin, mut cos) = (1.0, 1.0);
    for n in (1..=9_i32).rev() {
        let n = f64::from(2 * n);
        sin = 1.0 - square / (n * (n + 1.0)) * sin;
        cos = 1.0 - square / (n * (n - 1.0)) * cos;
    }
    sin *= rest;
    match quarter as i64 % 4 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(lat: Value, lon: Value) -> Value {
        Value::map([("lat".into(), lat), ("lon".into(), lon)])
    }

    fn circle(km: &str, lat: &str, lon: &str) -> Circle {
        Circle::new(km.parse().unwrap(), lat.parse().unwrap(), lon.parse().unwrap()).unwrap()
    }

    #[test]
    fn known_distances_come_out() {
        // Berlin to Paris: 877.46 km on this sphere.
        let paris = map(Value::Decimal("48.8566".parse().unwrap()), "2.3522".into());
        assert_eq!(circle("877.4", "52.52", "13.405").holds(&paris), Truth::No);
        assert_eq!(circle("877.5", "52.52", "13.405").holds(&paris), Truth::Yes);
        // Across the line where days change, and over the pole.
        let fiji = map(Value::Int(0), Value::Decimal("-179.5".parse().unwrap()));
        assert_eq!(circle("112", "0", "179.5").holds(&fiji), Truth::Yes);
        assert_eq!(circle("111", "0", "179.5").holds(&fiji), Truth::No);
        assert_eq!(circle("223", "89", "0").holds(&map(Value::Int(89), Value::Int(180))), Truth::Yes);
        assert_eq!(circle("222", "89", "0").holds(&map(Value::Int(89), Value::Int(180))), Truth::No);
    }

    #[test]
    fn a_place_is_written_in_several_ways_and_else_unknown() {
        let here = circle("0", "52.5", "13.4");
        assert_eq!(here.holds(&"52.5,13.4".into()), Truth::Yes);
        assert_eq!(here.holds(&" 52.50 , 13.40 ".into()), Truth::Yes);
        let long = Value::map([("latitude".into(), "52.5".into()), ("lng".into(), "13.4".into())]);
        assert_eq!(here.holds(&long), Truth::Yes);
        for none in [Value::Null, "Berlin".into(), map(Value::Int(91), Value::Int(0)), map(Value::Int(1), Value::Null)]
        {
            assert_eq!(here.holds(&none), Truth::Unknown);
        }
        assert_eq!(circle("20100", "0", "0").holds(&map(Value::Int(0), Value::Int(180))), Truth::Yes);
    }

    proptest! {
        #[test]
        fn sine_and_cosine_agree_with_the_library(angle in 0.0..6.3_f64) {
            let (sin, cos) = sin_cos(angle);
            prop_assert!((sin - angle.sin()).abs() < 3e-16 && (cos - angle.cos()).abs() < 3e-16);
        }
    }
}
