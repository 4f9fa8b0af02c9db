//! A report of a matching as one HTML file: what the model believes, why two records were linked, what the threshold
//! does, and which clusters want a look.
//!
//! The file stands alone. It loads nothing and runs nothing: no script, no font, no style from elsewhere, and its own
//! content security policy forbids them; charts are inline SVG, written here. It follows the reader's choice of light or
//! dark, each chart has a name for those who hear it, and a table of its numbers beside it. The same report gives the
//! same bytes.
//!
//! [`Report`] is plain data that the caller fills in. Whatever it holds is shown as text: markup in a customer's name
//! stays a name.
//!
//! It is not: safe to publish. A waterfall shows the values of two records; whoever may read the report may read them.

mod blocking;
mod curve;
mod network;
mod sizes;
mod svg;
mod waterfall;
mod weights;

use std::fmt::{self, Write};

use serde::Serialize;

use self::svg::Text;
use super::quality;

/// All that a report shows. Parts that are empty are left out.
///
/// ```
/// use onefold_identity::matching::report::{ComparisonChart, LevelBar, Report};
///
/// let exact = LevelBar { label: "exact".into(), m: 0.9, u: 0.001, weight_bits: 9.81, trained: true };
/// let report = Report {
///     title: "The shop's customers".into(),
///     summary: vec![("records".into(), "1 000".into()), ("first".into(), "Ada <ada@example.org>".into())],
///     levels: vec![ComparisonChart { comparison: "e-mail".into(), levels: vec![exact] }],
///     ..Report::default()
/// };
///
/// let page = report.html();
/// assert!(page.starts_with("<!doctype html>"));
/// assert!(page.contains("Ada &lt;ada@example.org&gt;"));
/// assert!(page.contains("+9.81") && !page.contains("<script"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The title of the page.
    pub title: String,
    /// What to know first: names and values.
    pub summary: Vec<(String, String)>,
    /// The model: each comparison with its levels.
    pub levels: Vec<ComparisonChart>,
    /// Chosen pairs, explained.
    pub waterfalls: Vec<Waterfall>,
    /// What thresholds give.
    pub curve: Option<Vec<Point>>,
    /// The threshold chosen, in bits.
    pub threshold: Option<f64>,
    /// How many clusters there are of each size.
    pub sizes: Vec<(u32, u64)>,
    /// Chosen clusters, drawn.
    pub clusters: Vec<ClusterGraph>,
    /// What was compared at all.
    pub blocking: Vec<BlockingRule>,
    /// Remarks, one a line.
    pub notes: Vec<String>,
}

/// A comparison and its levels.
///
/// ```
/// use onefold_identity::matching::report::ComparisonChart;
///
/// assert!(ComparisonChart { comparison: "e-mail".into(), levels: vec![] }.levels.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ComparisonChart {
    /// What is compared.
    pub comparison: String,
    /// Its levels, from agreement to disagreement.
    pub levels: Vec<LevelBar>,
}

/// A comparison level: a bar in bits.
///
/// ```
/// use onefold_identity::matching::report::LevelBar;
///
/// let bar = LevelBar { label: "other".into(), m: 0.1, u: 0.8, weight_bits: -3.0, trained: true };
/// assert!((bar.m / bar.u).log2() == bar.weight_bits);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LevelBar {
    /// Its name.
    pub label: String,
    /// The probability of the level among records of one person.
    pub m: f64,
    /// The probability of the level among records of two.
    pub u: f64,
    /// The match weight, log2 (m / u).
    pub weight_bits: f64,
    /// Whether data gave the numbers, rather than a default.
    pub trained: bool,
}

/// A pair of records, explained step by step.
///
/// ```
/// use onefold_identity::matching::report::{Report, Step, Waterfall};
///
/// let step = |label: &str, bits| Step { label: label.into(), detail: String::new(), bits };
/// let pair = Waterfall {
///     title: "Ada of the till, Ada of the newsletter".into(),
///     left: vec![("name".into(), "Ada".into())],
///     right: vec![("name".into(), "Ada L.".into())],
///     steps: vec![step("prior", -10.0), step("name", 4.5), step("e-mail", 9.5)],
///     total_bits: 4.0,
///     probability: 16.0 / 17.0,
/// };
/// let page = Report { waterfalls: vec![pair], threshold: Some(3.0), ..Report::default() }.html();
/// assert!(page.contains("94.12 %"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Waterfall {
    /// Its heading.
    pub title: String,
    /// One record: fields and values.
    pub left: Vec<(String, String)>,
    /// The other.
    pub right: Vec<(String, String)>,
    /// The prior, then each comparison and adjustment.
    pub steps: Vec<Step>,
    /// Where the steps end.
    pub total_bits: f64,
    /// The probability that both are one person.
    pub probability: f64,
}

/// One step of a waterfall.
///
/// ```
/// use onefold_identity::matching::report::Step;
///
/// let prior = Step { label: "prior".into(), detail: "one pair in 1 000".into(), bits: -10.0 };
/// assert!(prior.bits < 0.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Step {
    /// What was compared.
    pub label: String,
    /// How it came out, such as the level.
    pub detail: String,
    /// What it adds, in bits.
    pub bits: f64,
}

/// What a threshold gives. Precision, recall and F1 where there is truth, otherwise counts alone.
///
/// ```
/// use onefold_identity::matching::quality::{Curve, Link};
/// use onefold_identity::matching::report::Point;
///
/// let curve = Curve::new(3, &[Link { a: 0, b: 1, weight: 2048 }], None, 100);
/// let points: Vec<Point> = curve.points().iter().map(Point::from).collect();
/// assert_eq!((points[0].threshold, points[0].clusters, points[0].f1), (2.0, 2, None));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Point {
    /// The threshold in bits.
    pub threshold: f64,
    /// Links of the threshold and above.
    pub links: u64,
    /// Clusters, records alone among them.
    pub clusters: u64,
    /// Records of the largest cluster.
    pub largest: u64,
    /// Right of those said.
    pub precision: Option<f64>,
    /// Right of those wanted.
    pub recall: Option<f64>,
    /// The harmonic mean of both.
    pub f1: Option<f64>,
}

impl From<&quality::Point> for Point {
    /// In bits, and with the marks of the pairs that the clusters imply.
    fn from(point: &quality::Point) -> Self {
        let pairs = point.marks.map(|marks| marks.pairs);
        Self {
            threshold: f64::from(point.threshold) / f64::from(quality::BIT),
            links: point.links,
            clusters: point.clusters,
            largest: point.largest.into(),
            precision: pairs.map(quality::Count::precision),
            recall: pairs.map(quality::Count::recall),
            f1: pairs.map(quality::Count::f1),
        }
    }
}

/// A cluster to draw.
///
/// ```
/// use onefold_identity::matching::report::{ClusterGraph, Line, Report};
///
/// let graph = ClusterGraph {
///     title: "Ada".into(),
///     nodes: vec!["till:1".into(), "news:9".into()],
///     links: vec![Line { a: 0, b: 1, probability: 0.97, bridge: true }],
/// };
/// assert!(Report { clusters: vec![graph], ..Report::default() }.html().contains("till:1"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClusterGraph {
    /// Its heading.
    pub title: String,
    /// The names of its records.
    pub nodes: Vec<String>,
    /// The links between them; one that names no node is not drawn.
    pub links: Vec<Line>,
}

/// A link of a drawn cluster.
///
/// ```
/// use onefold_identity::matching::report::Line;
///
/// assert!(!Line { a: 0, b: 1, probability: 0.97, ..Line::default() }.bridge);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Line {
    /// The place of one end among the nodes.
    pub a: usize,
    /// The place of the other.
    pub b: usize,
    /// The probability that both are one person.
    pub probability: f64,
    /// Whether it alone holds two sides together.
    pub bridge: bool,
}

/// A blocking rule and what it brought.
///
/// ```
/// use onefold_identity::matching::report::BlockingRule;
///
/// let rule = BlockingRule { name: "birth date".into(), keys: 900, pairs: 4000, oversize: 1 };
/// assert!(rule.pairs > rule.keys);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BlockingRule {
    /// Its name.
    pub name: String,
    /// Its distinct blocking keys.
    pub keys: u64,
    /// The candidate pairs it brought.
    pub pairs: u64,
    /// The blocks that were larger than the cap.
    pub oversize: u64,
}

impl Report {
    /// The page.
    ///
    /// ```
    /// # use onefold_identity::matching::report::Report;
    /// let page = Report { title: "Nothing yet".into(), ..Report::default() }.html();
    /// assert!(page.contains("<h1>Nothing yet</h1>") && page.ends_with("</html>\n"));
    /// ```
    #[must_use]
    pub fn html(&self) -> String {
        let mut page = String::new();
        // Writing to a `String` does not fail.
        let _ = self.write(&mut page);
        page
    }

    /// Writes the page.
    ///
    /// # Errors
    /// Those of the destination.
    ///
    /// ```
    /// # use onefold_identity::matching::report::Report;
    /// let mut page = String::from("<!-- the shop -->\n");
    /// Report::default().write(&mut page)?;
    /// assert!(page.contains("<main>"));
    /// # Ok::<(), std::fmt::Error>(())
    /// ```
    pub fn write(&self, out: &mut impl Write) -> fmt::Result {
        let title = Text(&self.title);
        writeln!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <style>\n{}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>",
            include_str!("style.css"),
        )?;
        self.navigation(out)?;
        out.write_str("</header>\n<main>\n")?;
        if !self.summary.is_empty() {
            out.write_str("<dl class=\"cards\">\n")?;
            for (name, value) in &self.summary {
                writeln!(out, "<div><dt>{}</dt><dd>{}</dd></div>", Text(name), Text(value))?;
            }
            out.write_str("</dl>\n")?;
        }
        for (id, heading) in self.sections() {
            writeln!(out, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{heading}</h2>")?;
            match id {
                "model" => weights::write(out, &self.levels)?,
                "pairs" => waterfall::write(out, &self.waterfalls, self.threshold)?,
                "threshold" => curve::write(out, self.curve.as_deref().unwrap_or_default(), self.threshold)?,
                "sizes" => sizes::write(out, &self.sizes)?,
                "clusters" => network::write(out, &self.clusters)?,
                "blocking" => blocking::write(out, &self.blocking)?,
                _ => {
                    out.write_str("<ul>\n")?;
                    for note in &self.notes {
                        writeln!(out, "<li>{}</li>", Text(note))?;
                    }
                    out.write_str("</ul>\n")?;
                }
            }
            out.write_str("</section>\n")?;
        }
        out.write_str("</main>\n</body>\n</html>\n")
    }

    /// The parts that are not empty: where they are found, and what they are called.
    fn sections(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let curve = self.curve.as_ref().is_some_and(|points| !points.is_empty());
        [
            ("model", "Match weights", !self.levels.is_empty()),
            ("pairs", "Pairs explained", !self.waterfalls.is_empty()),
            ("threshold", "Threshold", curve),
            ("sizes", "Cluster sizes", !self.sizes.is_empty()),
            ("clusters", "Clusters", !self.clusters.is_empty()),
            ("blocking", "Blocking", !self.blocking.is_empty()),
            ("notes", "Notes", !self.notes.is_empty()),
        ]
        .into_iter()
        .filter_map(|(id, heading, shown)| shown.then_some((id, heading)))
    }

    fn navigation(&self, out: &mut impl Write) -> fmt::Result {
        if self.sections().nth(1).is_none() {
            return Ok(());
        }
        out.write_str("<nav aria-label=\"Contents\">\n")?;
        for (id, heading) in self.sections() {
            writeln!(out, "<a href=\"#{id}\">{heading}</a>")?;
        }
        out.write_str("</nav>\n")
    }
}

#[cfg(test)]
mod tests;
