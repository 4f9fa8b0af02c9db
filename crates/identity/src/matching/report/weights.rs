//! The model: a bar for each comparison level, to the right where it speaks for one person, to the left where against.

use std::fmt::{self, Write};

use super::svg::{Anchor, Scale, Text, axis, bar, bits, fit, open, share, tame, text};
use super::{ComparisonChart, LevelBar};

const WIDTH: f64 = 640.0;
const NAMES: f64 = 190.0;
const ROW: f64 = 26.0;

pub(super) fn write(out: &mut impl Write, charts: &[ComparisonChart]) -> fmt::Result {
    out.write_str(
        "<p>Each comparison level speaks for one person (to the right) or against (to the left). A weight is \
         log<sub>2</sub>(m / u): one bit doubles the odds. All comparisons share one scale.</p>\n",
    )?;
    let all = || charts.iter().flat_map(|chart| &chart.levels).map(|level| tame(level.weight_bits));
    let finite = || all().filter(|bits| bits.abs() < 1000.0);
    let scale = Scale::new(finite().fold(-1.0, f64::min), finite().fold(1.0, f64::max), NAMES + 60.0, WIDTH - 60.0);
    charts.iter().try_for_each(|chart| one(out, chart, &scale))
}

fn one(out: &mut impl Write, chart: &ComparisonChart, scale: &Scale) -> fmt::Result {
    writeln!(out, "<h3>{}</h3>\n<div class=\"beside\">\n<figure>", Text(&chart.comparison))?;
    let bottom = ROW * chart.levels.len() as f64 + 8.0;
    open(
        out,
        WIDTH,
        bottom + 40.0,
        &format!("Match weights of {} in bits; the table has the numbers", chart.comparison),
    )?;
    axis(out, scale, 4.0, bottom, "bits")?;
    for (nth, level) in (0..).zip(&chart.levels) {
        row(out, level, scale, 8.0 + ROW * f64::from(nth))?;
    }
    out.write_str("</svg>\n</figure>\n<table>\n<thead><tr><th scope=\"col\">Level</th>")?;
    out.write_str("<th scope=\"col\" class=\"n\">m</th><th scope=\"col\" class=\"n\">u</th>")?;
    out.write_str("<th scope=\"col\" class=\"n\">Bits</th></tr></thead>\n<tbody>\n")?;
    for level in &chart.levels {
        let (label, m, u, weight) = (Text(&level.label), share(level.m), share(level.u), bits(level.weight_bits));
        let mark = if level.trained { "" } else { " <em>(untrained)</em>" };
        write!(out, "<tr><th scope=\"row\">{label}{mark}</th><td class=\"n\">{m}</td><td class=\"n\">{u}</td>")?;
        writeln!(out, "<td class=\"n\">{weight}</td></tr>")?;
    }
    out.write_str("</tbody>\n</table>\n</div>\n")
}

fn row(out: &mut impl Write, level: &LevelBar, scale: &Scale, top: f64) -> fmt::Result {
    let weight = tame(level.weight_bits);
    let (zero, end) = (scale.place(0.0), scale.place(weight));
    let class = match (level.trained, weight < 0.0) {
        (false, _) => "untrained",
        (true, true) => "against",
        (true, false) => "for",
    };
    let tip = format!(
        "{}: {} bits, m {}, u {}{}",
        level.label,
        bits(level.weight_bits),
        share(level.m),
        share(level.u),
        if level.trained { "" } else { ", untrained" }
    );
    text(out, NAMES, top + 15.0, Anchor::End, "label", &fit(&level.label, NAMES))?;
    bar(out, (zero, end), top + 2.0, ROW - 8.0, class, &tip)?;
    let (x, anchor) = if weight < 0.0 { (end - 6.0, Anchor::End) } else { (end + 6.0, Anchor::Start) };
    text(out, x, top + 15.0, anchor, "value", &bits(level.weight_bits))
}
