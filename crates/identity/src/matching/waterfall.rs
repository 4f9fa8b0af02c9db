//! Why two records weigh what they weigh, field by field.

use std::fmt;

use super::comparison::{EQUALS, Kind};
use super::model::{BIT, Comparer, Model, Pattern, Scorer, Sums, is_equal, levels, probability};
use super::record::Records;

/// One step from the prior to the sum.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Fall {
    /// The field, `prior`, or `household or twins`.
    pub name: String,
    /// How the two agree in it.
    pub level: String,
    /// What the one record says.
    pub left: String,
    /// What the other says.
    pub right: String,
    /// How often this level occurs among matches, and among others; none where it is no comparison.
    pub m_u: Option<(f64, f64)>,
    /// In 1/1024 bit.
    pub weight: i32,
    /// How much of the weight is because the value is rarer or more frequent than most.
    pub frequency: i32,
}

/// What speaks for and against two records being one person. The steps add up to the weight, exactly.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Waterfall {
    /// The steps, the prior first.
    pub steps: Vec<Fall>,
    /// The sum, in 1/1024 bit.
    pub weight: i32,
    /// The agreement pattern.
    pub(crate) pattern: Pattern,
    /// Links weigh at least this.
    pub threshold: i32,
}

impl Waterfall {
    pub(crate) fn of(model: &Model, comparer: &Comparer, records: &Records, a: u32, b: u32) -> Self {
        let (x, y) = (records.row(a), records.row(b));
        let pattern = comparer.pattern(records, x, y);
        let plain = |name: &str, weight: i32| Fall {
            name: name.to_owned(),
            level: String::new(),
            left: String::new(),
            right: String::new(),
            m_u: None,
            weight,
            frequency: 0,
        };
        let mut steps = vec![plain("prior", model.prior.matches)];
        let mut sums = Sums::default();
        for (it, level) in model.comparisons.iter().zip(levels(pattern, model.comparisons.len())) {
            let at = |all: &[f64]| all.get(usize::from(level)).copied().unwrap_or(0.0);
            let weight = it.weights.get(usize::from(level)).copied().unwrap_or(0);
            let usual = if is_equal(level) { usual(&it.m, &it.u) } else { weight };
            sums.more(weight, it.household, it.twins);
            steps.push(Fall {
                name: it.comparison.name.clone(),
                level: label(it, level, (x, y)).to_owned(),
                left: records.text(a, it.comparison.field).to_owned(),
                right: records.text(b, it.comparison.field).to_owned(),
                m_u: (level > 0).then(|| (at(&it.m), at(&it.u))),
                weight,
                frequency: weight - usual,
            });
        }
        let weight = Scorer::new(model).weight(pattern);
        let related = weight - model.prior.matches - sums.all;
        if related != 0 {
            steps.push(plain("household or twins", related));
        }
        Self { steps, weight, pattern, threshold: model.threshold }
    }

    /// The probability that the two are one person.
    #[must_use]
    pub fn probability(&self) -> f64 {
        probability(self.weight)
    }
}

/// What a level is called in a pair: that values are there and yet say nothing has its reason.
fn label<'m>(it: &'m super::model::Weights, level: u8, (a, b): (&[u32], &[u32])) -> &'m str {
    let there = |row: &[u32]| super::comparison::at(row, it.comparison.field) != 0;
    match it.comparison.kind {
        Kind::Email if level == 0 && there(a) && there(b) => "alike in the owners' names alone",
        Kind::Surname if level == 0 && there(a) && there(b) => "exchanged: counted with the given name",
        _ => it.comparison.label(level),
    }
}

/// The weight of equal values, whichever they are.
fn usual(m: &[f64], u: &[f64]) -> i32 {
    let sum = |all: &[f64]| all.iter().take(usize::from(EQUALS) + 1).skip(1).sum::<f64>();
    ((sum(m) / sum(u)).log2().clamp(-20.0, 20.0) * f64::from(BIT)).round() as i32
}

impl fmt::Display for Waterfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = |weight: i32| f64::from(weight) / f64::from(BIT);
        let mut sum = 0;
        for step in &self.steps {
            sum += step.weight;
            write!(f, "{:24} {:>+9.3} {:>+9.3}  {}", step.name, bits(step.weight), bits(sum), step.level)?;
            if let Some((m, u)) = step.m_u {
                write!(f, " (m {m:.2e}, u {u:.2e}")?;
                if step.frequency != 0 {
                    write!(f, ", {:+.3} by frequency", bits(step.frequency))?;
                }
                f.write_str(")")?;
            }
            if !(step.left.is_empty() && step.right.is_empty()) {
                write!(f, "  `{}` | `{}`", step.left, step.right)?;
            }
            writeln!(f)?;
        }
        write!(f, "{:24} {:>+9.3} {:>9}  probability {:.6}", "sum", bits(self.weight), "", self.probability())
    }
}
