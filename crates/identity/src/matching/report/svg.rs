//! What every chart needs: text that cannot become markup, numbers that are always numbers, axes with round ticks.

use std::fmt::{self, Display, Formatter, Write};

/// Text as text: what is markup in HTML, in an attribute or in SVG is escaped, control characters are replaced.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            // Also what turns the direction of writing, by which a value could disguise the text around it.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => f.write_char('\u{fffd}'),
            letter if letter.is_control() && !letter.is_whitespace() => f.write_char('\u{fffd}'),
            letter => f.write_char(letter),
        })
    }
}

/// The beginning of a text that fits into so many pixels, at 13 pixels a line.
pub(super) fn fit(text: &str, pixels: f64) -> String {
    // Wide scripts (Hangul, Kana, Han, full-width forms, emoji) take a square.
    let width = |letter: char| match u32::from(letter) {
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xff00..=0xff60 | 0x1f300.. => 13.0,
        0x41..=0x5a | 0x6d | 0x77 => 9.0,
        _ => 7.0,
    };
    if text.chars().map(width).sum::<f64>() <= pixels {
        return text.to_owned();
    }
    let mut left = pixels - 10.0;
    let start = text.chars().take_while(|letter| {
        left -= width(*letter);
        left >= 0.0
    });
    start.chain(['…']).collect()
}

/// A coordinate: finite, to a tenth of a pixel.
pub(super) fn at(place: f64) -> f64 {
    // Adding zero turns -0 into 0.
    if place.is_finite() { (place.clamp(-1e5, 1e5) * 10.0).round() / 10.0 + 0.0 } else { 0.0 }
}

/// A value that charts can work with; no weight of evidence is beyond a thousand bits.
pub(super) fn tame(bits: f64) -> f64 {
    if bits.is_nan() { 0.0 } else { bits.clamp(-1000.0, 1000.0) }
}

/// Bits with their sign.
pub(super) fn bits(bits: f64) -> String {
    if bits.is_nan() { "?".to_owned() } else { format!("{bits:+.2}").replace('-', "−").replace("inf", "∞") }
}

/// A probability, as a decimal number or, if tiny, as a power.
pub(super) fn share(share: f64) -> String {
    if !share.is_finite() {
        "?".to_owned()
    } else if share != 0.0 && share.abs() < 0.001 {
        format!("{share:.2e}")
    } else {
        format!("{share:.4}")
    }
}

/// A probability in percent, that is not rounded to certainty.
pub(super) fn percent(share: f64) -> String {
    match share * 100.0 {
        percent if !percent.is_finite() => "?".to_owned(),
        high if (99.995..100.0).contains(&high) => "over 99.99 %".to_owned(),
        low if low > 0.0 && low < 0.005 => "under 0.01 %".to_owned(),
        percent => format!("{percent:.2} %"),
    }
}

/// A count with its thousands apart.
pub(super) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut spaced = String::with_capacity(digits.len() * 2);
    for (left, digit) in (0..digits.len()).rev().zip(digits.chars()) {
        spaced.push(digit);
        if left > 0 && left.is_multiple_of(3) {
            // A narrow space at which no line breaks.
            spaced.push('\u{202f}');
        }
    }
    spaced
}

/// Begins a chart of a size, with its name.
pub(super) fn open(out: &mut impl Write, width: f64, height: f64, name: &str) -> fmt::Result {
    let (width, height, name) = (at(width), at(height), Text(name));
    writeln!(out, "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" aria-label=\"{name}\">")
}

/// Where text is held.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text; its class is the style's.
pub(super) fn text(out: &mut impl Write, x: f64, y: f64, anchor: Anchor, class: &str, content: &str) -> fmt::Result {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let (x, y, content) = (at(x), at(y), Text(content));
    writeln!(out, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" class=\"{class}\">{content}</text>")
}

/// A straight line.
pub(super) fn line(out: &mut impl Write, from: (f64, f64), to: (f64, f64), class: &str) -> fmt::Result {
    let ((x1, y1), (x2, y2)) = ((at(from.0), at(from.1)), (at(to.0), at(to.1)));
    writeln!(out, "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" class=\"{class}\"/>")
}

/// A bar between two values of x, never thinner than a pixel, with what is shown when it is pointed at.
pub(super) fn bar(out: &mut impl Write, x: (f64, f64), y: f64, height: f64, class: &str, tip: &str) -> fmt::Result {
    let (left, width) = (at(x.0.min(x.1)), at((x.0 - x.1).abs().max(1.0)));
    let (y, height, tip) = (at(y), at(height), Text(tip));
    writeln!(
        out,
        "<rect x=\"{left}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" class=\"{class}\"><title>{tip}</title></rect>"
    )
}

/// A linear scale from values to pixels.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// The values are laid onto the pixels. Ends that are equal, or are none, are moved apart.
    pub(super) fn new(low: f64, high: f64, from: f64, to: f64) -> Self {
        let start = if low.is_finite() { low } else { 0.0 };
        let (low, high) =
            if high - low > 1e-9 && high.is_finite() { (start, high) } else { (start - 1.0, start + 1.0) };
        Self { low, high, from, to }
    }

    pub(super) fn place(&self, value: f64) -> f64 {
        self.from + (tame(value).clamp(self.low, self.high) - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Round values, about `count` of them: multiples of 1, 2 or 5 times a power of ten.
    pub(super) fn ticks(&self, count: f64) -> Vec<f64> {
        let raw = (self.high - self.low) / count;
        let power = 10_f64.powf(raw.log10().floor());
        let step =
            [1.0, 2.0, 5.0, 10.0].into_iter().map(|by| by * power).find(|step| *step >= raw).unwrap_or(power * 10.0);
        let first = (self.low / step).ceil();
        let ticks = (0..40).map(|nth| (first + f64::from(nth)) * step);
        // Adding zero turns -0 into 0.
        ticks.map(|tick| tick + 0.0).take_while(|tick| *tick <= self.high + step * 1e-9).collect()
    }
}

/// Ticks along a horizontal scale, with lines through the plot.
pub(super) fn axis(out: &mut impl Write, scale: &Scale, top: f64, bottom: f64, unit: &str) -> fmt::Result {
    for tick in scale.ticks(7.0) {
        let x = scale.place(tick);
        let class = if tick == 0.0 { "zero" } else { "grid" };
        line(out, (x, top), (x, bottom), class)?;
        text(out, x, bottom + 15.0, Anchor::Middle, "tick", &tidy(tick))?;
    }
    text(out, f64::midpoint(scale.from, scale.to), bottom + 32.0, Anchor::Middle, "tick", unit)
}

/// A tick's value, without needless digits.
pub(super) fn tidy(tick: f64) -> String {
    let tidy = format!("{tick:.3}");
    tidy.trim_end_matches('0').trim_end_matches('.').replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_value_stays_text() {
        let text = Text("<script>alert('1')</script> & \"x\"\u{0}\u{202e}").to_string();
        assert_eq!(text, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;\u{fffd}\u{fffd}");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(1_234_567).replace('\u{202f}', " "), "1 234 567");
        assert_eq!((number(0).as_str(), number(999).as_str()), ("0", "999"));
        assert_eq!((bits(-3.0), bits(f64::INFINITY), bits(f64::NAN)), ("−3.00".into(), "+∞".into(), "?".into()));
        assert_eq!((percent(1.0), percent(0.999_999)), ("100.00 %".into(), "over 99.99 %".into()));
        assert_eq!((share(0.25), share(0.000_012)), ("0.2500".into(), "1.20e-5".into()));
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(fit("Ada", 30.0), "Ada");
        assert_eq!(fit("Ada Lovelace of the shop", 60.0), "Ada Lo…");
        assert!(fit("阿達阿達阿達阿達", 60.0).chars().count() < 5);
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(Scale::new(-7.0, 13.0, 0.0, 100.0).ticks(7.0), [-5.0, 0.0, 5.0, 10.0]);
        assert_eq!(Scale::new(0.0, 0.0, 0.0, 100.0).place(f64::NAN), 50.0);
        assert_eq!(Scale::new(f64::INFINITY, f64::NEG_INFINITY, 0.0, 100.0).place(0.0), 50.0);
        assert!(Scale::new(-1e300, 1e301, 0.0, 1.0).ticks(7.0).len() < 41);
        assert!(Scale::new(0.0, 1e-12, 0.0, 1.0).ticks(5.0).len() < 41);
    }
}
