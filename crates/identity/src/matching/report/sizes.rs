//! How many clusters there are of each size: bars in powers of ten, since most are small and the largest are few.

use std::fmt::{self, Write};

use super::svg::{Anchor, Text, at, line, number, open, text};

const WIDTH: f64 = 640.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = WIDTH - 16.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 240.0;
/// What a single cluster is drawn as, in powers of ten: a bar that is seen.
const FOOT: f64 = 0.35;

/// Sizes from one to another, and how many clusters are of them.
struct Bin {
    from: u64,
    to: u64,
    clusters: u64,
}

impl Bin {
    fn name(&self) -> String {
        if self.from == self.to { number(self.from) } else { format!("{}–{}", number(self.from), number(self.to)) }
    }
}

/// Sizes to 5 alone, then up to 10, 20, 50, 100 and so on.
fn bins(sizes: &[(u32, u64)]) -> Vec<Bin> {
    let largest = sizes.iter().map(|(size, _)| u64::from(*size)).max().unwrap_or(0);
    let steps = std::iter::successors(Some(10_u64), |power| power.checked_mul(10))
        .flat_map(|power| [power, power * 2, power * 5]);
    let mut bins: Vec<Bin> = Vec::new();
    for to in (1..=5).chain(steps.take(30)) {
        let from = bins.last().map_or(1, |bin| bin.to + 1);
        if from > largest {
            break;
        }
        let inside = sizes.iter().filter(|(size, _)| (from..=to).contains(&u64::from(*size)));
        bins.push(Bin { from, to, clusters: inside.map(|(_, count)| *count).fold(0, u64::saturating_add) });
    }
    bins
}

pub(super) fn write(out: &mut impl Write, sizes: &[(u32, u64)]) -> fmt::Result {
    let bins = bins(sizes);
    out.write_str("<p>How many clusters hold so many records; each line upwards is ten times as many.</p>\n")?;
    out.write_str("<div class=\"beside\">\n<figure>\n")?;
    chart(out, &bins)?;
    out.write_str("</figure>\n<table>\n<thead><tr><th scope=\"col\" class=\"n\">Records</th>")?;
    out.write_str("<th scope=\"col\" class=\"n\">Clusters</th></tr></thead>\n<tbody>\n")?;
    for bin in bins.iter().filter(|bin| bin.clusters > 0) {
        let (name, clusters) = (bin.name(), number(bin.clusters));
        writeln!(out, "<tr><th scope=\"row\" class=\"n\">{name}</th><td class=\"n\">{clusters}</td></tr>")?;
    }
    out.write_str("</tbody>\n</table>\n</div>\n")
}

fn chart(out: &mut impl Write, bins: &[Bin]) -> fmt::Result {
    let power = |count: u64| (count.max(1) as f64).log10() + FOOT;
    let most = power(bins.iter().map(|bin| bin.clusters).max().unwrap_or(1)).max(1.0 + FOOT);
    let height = |count: u64| power(count) / most * (BOTTOM - TOP);
    // Names that stand side by side, or slanted where there are many.
    let slanted = bins.len() > 9;
    let foot = if slanted { 92.0 } else { 40.0 };
    open(out, WIDTH, BOTTOM + foot, "Clusters by number of records; the table has the numbers")?;
    for count in
        std::iter::successors(Some(1_u64), |count| count.checked_mul(10)).take_while(|count| power(*count) <= most)
    {
        let y = BOTTOM - height(count);
        line(out, (LEFT, y), (RIGHT, y), "grid")?;
        text(out, LEFT - 8.0, y + 4.0, Anchor::End, "tick", &number(count))?;
    }
    line(out, (LEFT, BOTTOM), (RIGHT, BOTTOM), "zero")?;
    let step = (RIGHT - LEFT) / bins.len().max(1) as f64;
    let width = (step * 0.72).min(56.0);
    for (nth, bin) in (0..).zip(bins) {
        let middle = LEFT + step * (f64::from(nth) + 0.5);
        let name = bin.name();
        if bin.clusters > 0 {
            let top = BOTTOM - height(bin.clusters);
            let tip = format!("{} clusters of {name} records", number(bin.clusters));
            super::svg::bar(out, (middle - width / 2.0, middle + width / 2.0), top, BOTTOM - top, "for", &tip)?;
            if step > 30.0 {
                text(out, middle, top - 5.0, Anchor::Middle, "value", &number(bin.clusters))?;
            }
        }
        if slanted {
            let (x, y, name) = (at(middle + 4.0), at(BOTTOM + 14.0), Text(&name));
            writeln!(
                out,
                "<text x=\"{x}\" y=\"{y}\" text-anchor=\"end\" class=\"tick\" transform=\"rotate(-45 {x} {y})\">{name}</text>"
            )?;
        } else {
            text(out, middle, BOTTOM + 15.0, Anchor::Middle, "tick", &name)?;
        }
    }
    if slanted {
        return out.write_str("</svg>\n");
    }
    text(out, f64::midpoint(LEFT, RIGHT), BOTTOM + 32.0, Anchor::Middle, "tick", "records of a cluster")?;
    out.write_str("</svg>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cluster_is_in_one_bin() {
        let sizes = [(1, 900), (2, 40), (5, 3), (6, 2), (10, 1), (11, 7), (u32::MAX, 1)];
        let bins = bins(&sizes);
        assert_eq!(bins.iter().map(|bin| bin.clusters).sum::<u64>(), sizes.iter().map(|size| size.1).sum::<u64>());
        assert_eq!(bins.iter().map(Bin::name).nth(5).as_deref(), Some("6–10"));
        assert!(bins.last().is_some_and(|bin| bin.clusters == 1));
    }
}
