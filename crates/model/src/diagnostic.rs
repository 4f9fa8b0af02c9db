//! One kind of message for every text that a user writes: schema, mapping, segments, policy.

use std::fmt;
use std::ops::Range;

/// What is wrong with a text, where, and what would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable code, such as `E02`.
    pub code: &'static str,
    /// The bytes of the text that it speaks of; empty at 0 where there is no text.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would help.
    pub help: Option<String>,
}

/// How much of a long line is drawn, and how much of that before the place.
const DRAWN: usize = 160;
const BEFORE: usize = 60;

impl Diagnostic {
    /// A diagnostic without help.
    pub fn new(code: &'static str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), help: None }
    }

    /// The same with help.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Draws the message under its line of `text`, as compilers do.
    ///
    /// ```
    /// let text = "one\ntwo three\n";
    /// let shown = onefold_model::Diagnostic::new("E01", 8..13, "unknown word `three`").help("did you mean `tree`?").show("my.seg", text);
    /// assert_eq!(shown, "E01: unknown word `three`\n --> my.seg:2:5\n  |\n2 | two three\n  |     ^^^^^\n  = did you mean `tree`?\n");
    /// ```
    #[must_use]
    pub fn show(&self, file: &str, text: &str) -> String {
        let start = self.span.start.min(text.len());
        let before = text.get(..start).unwrap_or_default();
        let row = before.matches('\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        let line = text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
        let end = self.span.end.min(line_start + line.len()).max(start);
        let width = text.get(start..end).map_or(1, |marked| marked.chars().count()).max(1);
        // Of a long line what stands around the place.
        let skipped = (column - 1).saturating_sub(BEFORE);
        let mut letters = line.chars().skip(skipped);
        let drawn: String = letters.by_ref().take(DRAWN).collect();
        let (dots, more) = (if skipped > 0 { "..." } else { "" }, if letters.next().is_some() { "..." } else { "" });
        let indent = column - 1 - skipped + dots.len();
        let width = width.min(DRAWN);
        let gutter = " ".repeat(row.to_string().len());
        let mut out = format!(
            "{}: {}\n{gutter}--> {file}:{row}:{column}\n{gutter} |\n{row} | {dots}{drawn}{more}\n{gutter} | {}{}\n",
            self.code,
            self.message,
            " ".repeat(indent),
            "^".repeat(width),
        );
        if let Some(help) = &self.help {
            out.push_str(&format!("{gutter} = {help}\n"));
        }
        out
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

pub(crate) fn list(all: &[Diagnostic]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub(crate) fn did_you_mean(name: &Option<String>) -> String {
    name.as_ref().map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// The known name that looks most like the given one, if any looks like it at all.
///
/// ```
/// assert_eq!(onefold_model::closest("totl_spend", ["country", "total_spend"]), Some("total_spend"));
/// assert_eq!(onefold_model::closest("zebra", ["country", "total_spend"]), None);
/// ```
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count().min(name.chars().count()) / 4)
        .min()
        .map(|(_, candidate)| candidate)
}
