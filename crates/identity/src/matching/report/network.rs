//! A cluster drawn: records on a circle, links as chords, bridges marked.
//!
//! Records stand in the order of a depth-first walk, so that what hangs by a bridge stands together. There are no forces
//! to settle: the same cluster gives the same picture.

use std::f64::consts::TAU;
use std::fmt::{self, Write};

use super::svg::{Anchor, Text, at, fit, number, open, percent, text};
use super::{ClusterGraph, Line};

/// Records drawn, at most: more would be a hairball.
const MOST: usize = 60;
/// Links in the table, at most.
const ROWS: usize = 40;
/// Room for names at either side.
const NAMES: f64 = 150.0;

/// A record drawn: its place among the nodes, and on the picture.
struct Spot {
    node: usize,
    angle: f64,
    x: f64,
    y: f64,
}

pub(super) fn write(out: &mut impl Write, graphs: &[ClusterGraph]) -> fmt::Result {
    out.write_str(
        "<p>Records on a circle, links between them: the thicker, the more likely. A dashed link is a bridge, which alone \
         holds two sides together.</p>\n",
    )?;
    graphs.iter().try_for_each(|graph| one(out, graph))
}

fn one(out: &mut impl Write, graph: &ClusterGraph) -> fmt::Result {
    writeln!(out, "<h3>{}</h3>", Text(&graph.title))?;
    if graph.nodes.len() > MOST {
        writeln!(out, "<p>Drawn are {MOST} of its {} records.</p>", number(graph.nodes.len() as u64))?;
    }
    out.write_str("<div class=\"beside\">\n<figure>\n")?;
    chart(out, graph)?;
    out.write_str("</figure>\n<table>\n<thead><tr><th scope=\"col\">One record</th><th scope=\"col\">The other</th>")?;
    out.write_str("<th scope=\"col\" class=\"n\">Probability</th></tr></thead>\n<tbody>\n")?;
    let named = |line: &&Line| graph.nodes.get(line.a).is_some() && graph.nodes.get(line.b).is_some();
    let mut lines: Vec<&Line> = graph.links.iter().filter(named).collect();
    // What wants a look comes first.
    lines.sort_by(|one, other| {
        other
            .bridge
            .cmp(&one.bridge)
            .then(one.probability.total_cmp(&other.probability))
            .then((one.a, one.b).cmp(&(other.a, other.b)))
    });
    let name = |node: usize| Text(graph.nodes.get(node).map_or("", String::as_str));
    for line in lines.iter().take(ROWS) {
        let (a, b, probability) = (name(line.a), name(line.b), percent(line.probability));
        let mark = if line.bridge { " <em>(bridge)</em>" } else { "" };
        writeln!(out, "<tr><td>{a}</td><td>{b}{mark}</td><td class=\"n\">{probability}</td></tr>")?;
    }
    out.write_str("</tbody>\n</table>\n</div>\n")?;
    match lines.len().saturating_sub(ROWS) {
        0 => Ok(()),
        more => writeln!(out, "<p>And {} links more.</p>", number(more as u64)),
    }
}

/// The nodes in the order of a depth-first walk, likelier links first.
fn order(graph: &ClusterGraph) -> Vec<usize> {
    let mut beside: Vec<Vec<(f64, usize)>> = vec![Vec::new(); graph.nodes.len()];
    for line in &graph.links {
        for (one, other) in [(line.a, line.b), (line.b, line.a)] {
            if other < graph.nodes.len()
                && let Some(list) = beside.get_mut(one)
            {
                // A bridge is walked last, so that its side is complete before the other begins.
                list.push((if line.bridge { line.probability - 2.0 } else { line.probability }, other));
            }
        }
    }
    for list in &mut beside {
        list.sort_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1)));
    }
    let mut order: Vec<usize> = Vec::new();
    let mut seen = vec![false; graph.nodes.len()];
    for root in 0..graph.nodes.len() {
        let mut stack = vec![root];
        while let Some(node) = stack.pop() {
            if let Some(seen) = seen.get_mut(node)
                && !std::mem::replace(seen, true)
            {
                order.push(node);
                stack.extend(beside.get(node).into_iter().flatten().map(|(_, other)| *other));
            }
        }
    }
    order
}

fn chart(out: &mut impl Write, graph: &ClusterGraph) -> fmt::Result {
    let mut order = order(graph);
    order.truncate(MOST);
    let count = order.len() as f64;
    // Few names are written level, many along the radius.
    let level = order.len() <= 14;
    let radius = (count * 17.0 / TAU).max(if order.len() < 5 { 70.0 } else { 110.0 });
    let (width, height) = (2.0 * (radius + NAMES), 2.0 * (radius + if level { 34.0 } else { NAMES }));
    let middle = (width / 2.0, height / 2.0);
    let spots: Vec<Spot> = (0..)
        .zip(&order)
        .map(|(nth, node)| {
            let angle = TAU * (f64::from(nth) + 0.5) / count;
            let (x, y) = (middle.0 + radius * angle.sin(), middle.1 - radius * angle.cos());
            Spot { node: *node, angle, x, y }
        })
        .collect();
    let name = format!(
        "{}: {} records and {} links; the table has the links",
        graph.title,
        number(graph.nodes.len() as u64),
        number(graph.links.len() as u64)
    );
    open(out, width, height, &name)?;
    let spot = |node: usize| spots.iter().find(|spot| spot.node == node);
    for line in &graph.links {
        let (Some(a), Some(b)) = (spot(line.a), spot(line.b)) else { continue };
        let likely = if line.probability.is_finite() { line.probability.clamp(0.0, 1.0) } else { 0.0 };
        let class = if line.bridge { "bridge" } else { "chord" };
        writeln!(
            out,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" class=\"{class}\" stroke-width=\"{}\"><title>{}</title></line>",
            at(a.x),
            at(a.y),
            at(b.x),
            at(b.y),
            at(0.8 + 2.7 * likely * likely),
            percent(line.probability),
        )?;
    }
    for spot in &spots {
        let name = graph.nodes.get(spot.node).map_or("", String::as_str);
        let (x, y) = (at(spot.x), at(spot.y));
        writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"5\" class=\"node\"><title>{}</title></circle>", Text(name))?;
        label(out, spot, name, level)?;
    }
    out.write_str("</svg>\n")
}

fn label(out: &mut impl Write, spot: &Spot, name: &str, level: bool) -> fmt::Result {
    let name = fit(name, NAMES - 14.0);
    let (across, down) = (spot.angle.sin(), -spot.angle.cos());
    if level {
        let anchor = match across {
            right if right > 0.05 => Anchor::Start,
            left if left < -0.05 => Anchor::End,
            _ => Anchor::Middle,
        };
        return text(out, spot.x + across * 11.0, spot.y + down * 15.0 + 4.0, anchor, "label", &name);
    }
    // Along the radius, and turned about on the left half so that no name stands on its head.
    let (x, y) = (at(spot.x + across * 11.0), at(spot.y + down * 11.0));
    let degrees = spot.angle.to_degrees() - 90.0;
    let (anchor, degrees) = if across < 0.0 { ("end", degrees + 180.0) } else { ("start", degrees) };
    writeln!(
        out,
        "<text x=\"{x}\" y=\"{y}\" dy=\"4\" text-anchor=\"{anchor}\" class=\"label\" transform=\"rotate({} {x} {y})\">{}</text>",
        at(degrees),
        Text(&name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_of_a_bridge_stands_together() {
        let line = |a, b| Line { a, b, probability: 0.9, bridge: (a, b) == (0, 1) };
        let graph = ClusterGraph {
            title: String::new(),
            nodes: (0..6).map(|node| node.to_string()).collect(),
            // Even and odd nodes are two groups.
            links: [(0, 1), (0, 2), (2, 4), (4, 0), (1, 3), (3, 5), (5, 1), (9, 0)].map(|(a, b)| line(a, b)).to_vec(),
        };
        assert_eq!(order(&graph), [0, 2, 4, 1, 3, 5]);
    }
}
