//! The threshold curve: precision, recall and F1 where there is truth, links and clusters where there is none.

use std::fmt::{self, Write};

use super::Point;
use super::svg::{Anchor, Scale, at, axis, bits, line, number, open, share, text, tidy};

const WIDTH: f64 = 640.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = WIDTH - 84.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 260.0;
/// Rows of the table, at most.
const ROWS: usize = 12;

/// A line: its name, its style, and where it goes.
struct Drawn {
    name: &'static str,
    class: &'static str,
    values: Vec<(f64, f64)>,
}

pub(super) fn write(out: &mut impl Write, points: &[Point], threshold: Option<f64>) -> fmt::Result {
    let mut points: Vec<Point> = points.iter().filter(|point| point.threshold.is_finite()).copied().collect();
    points.sort_by(|one, other| one.threshold.total_cmp(&other.threshold));
    let of = |name, class, value: &dyn Fn(&Point) -> Option<f64>| Drawn {
        name,
        class,
        values: points.iter().filter_map(|point| Some((point.threshold, value(point)?))).collect(),
    };
    let marked = points.iter().any(|point| point.f1.is_some());
    let (drawn, said) = if marked {
        (
            vec![
                of("precision", "first", &|point| point.precision),
                of("recall", "second", &|point| point.recall),
                of("F1", "third", &|point| point.f1),
            ],
            "Precision, recall and F1",
        )
    } else {
        (
            vec![
                of("links", "first", &|point| Some(point.links as f64)),
                of("clusters", "second", &|point| Some(point.clusters as f64)),
            ],
            "Links and clusters",
        )
    };
    writeln!(out, "<p>{said} of what each threshold would link. To the right, fewer links are taken.</p>")?;
    out.write_str("<div class=\"beside\">\n<figure>\n")?;
    chart(out, &points, &drawn, marked, said, threshold)?;
    out.write_str("</figure>\n")?;
    table(out, &points, marked)?;
    out.write_str("</div>\n")
}

fn chart(
    out: &mut impl Write,
    points: &[Point],
    drawn: &[Drawn],
    marked: bool,
    said: &str,
    threshold: Option<f64>,
) -> fmt::Result {
    let ends = || points.iter().map(|point| point.threshold).chain(threshold.filter(|bits| bits.is_finite()));
    let x = Scale::new(ends().fold(f64::INFINITY, f64::min), ends().fold(f64::NEG_INFINITY, f64::max), LEFT, RIGHT);
    let most = drawn.iter().flat_map(|one| &one.values).map(|(_, value)| *value).fold(1.0, f64::max);
    // Counts are drawn as shares of the largest, so that the scale's bounds for bits do not concern them.
    let y = Scale::new(0.0, 1.0, BOTTOM, TOP);
    open(out, WIDTH, BOTTOM + 40.0, &format!("{said} by threshold in bits; the table has the numbers"))?;
    axis(out, &x, TOP, BOTTOM, "threshold in bits")?;
    let counts = Counts { most };
    for tick in if marked { y.ticks(5.0) } else { counts.ticks() } {
        let share = if marked { tick } else { tick / most };
        line(out, (LEFT, y.place(share)), (RIGHT, y.place(share)), "grid")?;
        let name = if marked { tidy(tick) } else { number(tick as u64) };
        text(out, LEFT - 8.0, y.place(share) + 4.0, Anchor::End, "tick", &name)?;
    }
    if let Some(threshold) = threshold {
        let place = x.place(threshold);
        line(out, (place, TOP - 6.0), (place, BOTTOM), "threshold")?;
        text(out, place, TOP - 10.0, Anchor::Middle, "mark", &format!("threshold {}", bits(threshold)))?;
    }
    let mut names: Vec<(f64, &Drawn)> = Vec::new();
    for one in drawn {
        let places: Vec<(f64, f64)> =
            one.values.iter().map(|(bits, value)| (x.place(*bits), y.place(*value / most.max(1.0)))).collect();
        write!(out, "<polyline class=\"{}\" points=\"", one.class)?;
        for (x, y) in &places {
            write!(out, "{},{} ", at(*x), at(*y))?;
        }
        out.write_str("\"/>\n")?;
        if let [(x, y)] = places.as_slice() {
            writeln!(out, "<circle cx=\"{}\" cy=\"{}\" r=\"4\" class=\"{} dot\"/>", at(*x), at(*y), one.class)?;
        }
        names.extend(places.last().map(|(_, y)| (*y, one)));
    }
    // Names at the lines' ends, moved apart where the ends are close, and up where they would leave the plot.
    names.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut lowest = BOTTOM - 16.0 * names.len().saturating_sub(1) as f64;
    let mut above = f64::NEG_INFINITY;
    for (place, one) in names {
        let place = place.min(lowest).max(above + 16.0);
        (above, lowest) = (place, lowest + 16.0);
        text(out, RIGHT + 8.0, place + 4.0, Anchor::Start, &format!("name {}", one.class), one.name)?;
    }
    out.write_str("</svg>\n")
}

/// The scale of counts.
struct Counts {
    most: f64,
}

impl Counts {
    fn ticks(&self) -> Vec<f64> {
        let mut ticks = Scale::new(0.0, self.most, 0.0, 1.0).ticks(5.0);
        ticks.retain(|tick| tick.fract() == 0.0);
        ticks
    }
}

fn table(out: &mut impl Write, points: &[Point], marked: bool) -> fmt::Result {
    out.write_str(
        "<table>\n<thead><tr><th scope=\"col\" class=\"n\">Threshold</th><th scope=\"col\" class=\"n\">Links</th>",
    )?;
    out.write_str("<th scope=\"col\" class=\"n\">Clusters</th><th scope=\"col\" class=\"n\">Largest</th>")?;
    if marked {
        out.write_str("<th scope=\"col\" class=\"n\">Precision</th><th scope=\"col\" class=\"n\">Recall</th>")?;
        out.write_str("<th scope=\"col\" class=\"n\">F1</th>")?;
    }
    out.write_str("</tr></thead>\n<tbody>\n")?;
    let last = points.len().saturating_sub(1);
    let rows = points.len().min(ROWS);
    for nth in 0..rows {
        let place = (nth * last).checked_div(rows.saturating_sub(1)).unwrap_or(0);
        let Some(point) = points.get(place) else { continue };
        write!(out, "<tr><th scope=\"row\" class=\"n\">{}</th>", bits(point.threshold))?;
        for count in [point.links, point.clusters, point.largest] {
            write!(out, "<td class=\"n\">{}</td>", number(count))?;
        }
        if marked {
            for mark in [point.precision, point.recall, point.f1] {
                write!(out, "<td class=\"n\">{}</td>", mark.map_or_else(String::new, share))?;
            }
        }
        out.write_str("</tr>\n")?;
    }
    out.write_str("</tbody>\n</table>\n")
}
