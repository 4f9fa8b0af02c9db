//! A pair, explained: from the prior, each comparison a step up or down, to the weight and its probability.

use std::fmt::{self, Write};

use super::Waterfall;
use super::svg::{Anchor, Scale, Text, axis, bar, bits, fit, line, open, percent, tame, text};

const WIDTH: f64 = 640.0;
const NAMES: f64 = 190.0;
const ROW: f64 = 36.0;
const TOP: f64 = 24.0;

pub(super) fn write(out: &mut impl Write, falls: &[Waterfall], threshold: Option<f64>) -> fmt::Result {
    out.write_str(
        "<p>The prior says how likely any two records are one person; each comparison moves the weight, and the sum \
         decides.</p>\n",
    )?;
    falls.iter().try_for_each(|fall| one(out, fall, threshold))
}

fn one(out: &mut impl Write, fall: &Waterfall, threshold: Option<f64>) -> fmt::Result {
    let verdict = match threshold {
        Some(threshold) if fall.total_bits >= threshold => ", above the threshold",
        Some(_) => ", below the threshold",
        None => "",
    };
    let (total, probability) = (bits(fall.total_bits), percent(fall.probability));
    writeln!(out, "<h3>{}</h3>", Text(&fall.title))?;
    writeln!(
        out,
        "<p class=\"verdict\"><strong>{total} bits</strong>, {probability} likely to be one person{verdict}.</p>"
    )?;
    records(out, fall)?;
    out.write_str("<div class=\"beside\">\n<figure>\n")?;
    chart(out, fall, threshold)?;
    out.write_str("</figure>\n<table>\n<thead><tr><th scope=\"col\">Step</th><th scope=\"col\">Level</th>")?;
    out.write_str(
        "<th scope=\"col\" class=\"n\">Bits</th><th scope=\"col\" class=\"n\">Sum</th></tr></thead>\n<tbody>\n",
    )?;
    let mut sum = 0.0;
    for step in &fall.steps {
        sum += step.bits;
        write!(out, "<tr><th scope=\"row\">{}</th><td>{}</td>", Text(&step.label), Text(&step.detail))?;
        writeln!(out, "<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>", bits(step.bits), bits(sum))?;
    }
    out.write_str("</tbody>\n</table>\n</div>\n")
}

/// Both records, field by field.
fn records(out: &mut impl Write, fall: &Waterfall) -> fmt::Result {
    let of = |record: &[(String, String)], field: &str| {
        let values: Vec<&str> =
            record.iter().filter(|(name, _)| name == field).map(|(_, value)| value.as_str()).collect();
        values.join(", ")
    };
    let mut fields: Vec<&str> = Vec::new();
    for (name, _) in fall.left.iter().chain(&fall.right) {
        if !fields.contains(&name.as_str()) {
            fields.push(name);
        }
    }
    if fields.is_empty() {
        return Ok(());
    }
    out.write_str("<table>\n<thead><tr><th scope=\"col\">Field</th><th scope=\"col\">One record</th>")?;
    out.write_str("<th scope=\"col\">The other</th></tr></thead>\n<tbody>\n")?;
    for field in fields {
        let (left, right) = (of(&fall.left, field), of(&fall.right, field));
        let class = if left == right { "" } else { " class=\"differs\"" };
        write!(out, "<tr{class}><th scope=\"row\">{}</th>", Text(field))?;
        writeln!(out, "<td>{}</td><td>{}</td></tr>", Text(&left), Text(&right))?;
    }
    out.write_str("</tbody>\n</table>\n")
}

fn chart(out: &mut impl Write, fall: &Waterfall, threshold: Option<f64>) -> fmt::Result {
    let sums: Vec<(f64, f64)> = fall
        .steps
        .iter()
        .scan(0.0, |sum, step| {
            let before = *sum;
            *sum = tame(before + tame(step.bits));
            Some((before, *sum))
        })
        .collect();
    let (total, drawn) = (tame(fall.total_bits), threshold.map(tame));
    let ends = || sums.iter().map(|(_, after)| *after).chain([0.0, total]).chain(drawn);
    let scale = Scale::new(ends().fold(0.0, f64::min), ends().fold(0.0, f64::max), NAMES + 65.0, WIDTH - 65.0);
    let bottom = TOP + ROW * (fall.steps.len() as f64 + 1.0);
    let name = format!("Waterfall of {}: {} bits in all; the table has the steps", fall.title, bits(fall.total_bits));
    open(out, WIDTH, bottom + 40.0, &name)?;
    axis(out, &scale, TOP, bottom, "bits")?;
    for ((nth, step), (before, after)) in (0..).zip(&fall.steps).zip(&sums) {
        let top = TOP + ROW * f64::from(nth);
        let class = match (nth, step.bits < 0.0) {
            (0, _) => "neutral",
            (_, true) => "against",
            (_, false) => "for",
        };
        names(out, &step.label, &step.detail, top)?;
        let (from, to) = (scale.place(*before), scale.place(*after));
        let tip = format!("{}, {}: {} bits", step.label, step.detail, bits(step.bits));
        bar(out, (from, to), top + 8.0, ROW - 16.0, class, &tip)?;
        line(out, (to, top + ROW - 8.0), (to, top + ROW + 8.0), "joint")?;
        value(out, step.bits, from, to, top)?;
    }
    let top = bottom - ROW;
    names(out, "Sum", &percent(fall.probability), top)?;
    let (zero, end) = (scale.place(0.0), scale.place(total));
    bar(out, (zero, end), top + 8.0, ROW - 16.0, "total", &format!("Sum: {} bits", bits(fall.total_bits)))?;
    value(out, fall.total_bits, zero, end, top)?;
    if let Some(threshold) = threshold {
        let x = scale.place(threshold);
        line(out, (x, TOP - 6.0), (x, bottom), "threshold")?;
        text(out, x, TOP - 10.0, Anchor::Middle, "mark", &format!("threshold {}", bits(threshold)))?;
    }
    out.write_str("</svg>\n")
}

fn names(out: &mut impl Write, label: &str, detail: &str, top: f64) -> fmt::Result {
    let middle = if detail.is_empty() { 22.0 } else { 15.0 };
    text(out, NAMES, top + middle, Anchor::End, "label", &fit(label, NAMES))?;
    if detail.is_empty() {
        Ok(())
    } else {
        text(out, NAMES, top + 29.0, Anchor::End, "detail", &fit(detail, NAMES + 20.0))
    }
}

/// The number beside the end of its bar.
fn value(out: &mut impl Write, value: f64, from: f64, to: f64, top: f64) -> fmt::Result {
    let (x, anchor) = if to < from { (to - 6.0, Anchor::End) } else { (to + 6.0, Anchor::Start) };
    text(out, x, top + 22.0, anchor, "value", &bits(value))
}
