//! What was compared at all: the blocking rules, and the blocks that were too large.

use std::fmt::{self, Write};

use super::BlockingRule;
use super::svg::{Text, number};

pub(super) fn write(out: &mut impl Write, rules: &[BlockingRule]) -> fmt::Result {
    out.write_str("<p>Only records that share a blocking key are compared. A block above the cap is left out.</p>\n")?;
    out.write_str("<table>\n<thead><tr><th scope=\"col\">Rule</th><th scope=\"col\" class=\"n\">Keys</th>")?;
    out.write_str("<th scope=\"col\" class=\"n\">Candidate pairs</th>")?;
    out.write_str("<th scope=\"col\" class=\"n\">Oversize blocks</th></tr></thead>\n<tbody>\n")?;
    for rule in rules {
        let class = if rule.oversize > 0 { " class=\"differs\"" } else { "" };
        write!(out, "<tr{class}><th scope=\"row\">{}</th>", Text(&rule.name))?;
        for count in [rule.keys, rule.pairs, rule.oversize] {
            write!(out, "<td class=\"n\">{}</td>", number(count))?;
        }
        out.write_str("</tr>\n")?;
    }
    out.write_str("</tbody>\n</table>\n")
}
