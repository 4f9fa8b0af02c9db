//! Values over a block, where they are whole numbers of one scale: what comparisons of one value with another need.

use onefold_model::{Currency, Time, Value};

use super::bits::{BLOCK, Mask, Truths};
use super::drive::Block;
use super::range::Range;
use super::tally::{Measure, Tally};
use crate::ast::{Arith, Op};
use crate::columns::{Column, Columns, Numbers, Unit};
use crate::plan::{Node, NodeId, Plan, What};
use crate::value::Ask;

/// What the whole numbers of a lane stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) unit: Of,
    /// Digits after the point.
    pub(crate) scale: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Number,
    Money(Currency),
    Time,
}

/// A value node made ready.
#[derive(Debug)]
pub(crate) struct Lane<'a> {
    pub(crate) sort: Sort,
    how: How<'a>,
}

#[derive(Debug)]
enum How<'a> {
    Constant(i64),
    Trait(&'a Numbers),
    Tally(Tally<'a>),
    Arithmetic(NodeId, Arith, NodeId),
}

/// The values of a block.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    pub(crate) units: Vec<i64>,
    /// Who has one.
    pub(crate) some: Mask,
    /// Whose is left to the evaluator.
    pub(crate) unsure: Mask,
}

impl<'a> Lane<'a> {
    /// A value node as whole numbers; none where it is left to the evaluator.
    pub(crate) fn new(
        columns: &'a Columns,
        plan: &'a Plan,
        node: &'a Node,
        lanes: &[Option<Lane<'a>>],
        now: Time,
    ) -> Option<Self> {
        let sort = |id: &NodeId| lanes.get(*id as usize)?.as_ref().map(|lane| lane.sort);
        match node {
            Node::Constant(value) => {
                let (unit, scale, units) = match value {
                    Value::Int(number) => (Of::Number, 0, *number),
                    Value::Decimal(number) => (Of::Number, number.scale(), number.units()),
                    Value::Money(money) => {
                        (Of::Money(money.currency()), money.amount().scale(), money.amount().units())
                    }
                    Value::Time(time) => (Of::Time, 0, time.0),
                    _ => return None,
                };
                Some(Self { sort: Sort { unit, scale }, how: How::Constant(units) })
            }
            Node::Read(read) if read.relation.is_none() && read.keys.is_empty() => {
                match columns.trait_column(read.field)? {
                    Column::Numbers(numbers) => Some(Self { sort: sort_of(numbers)?, how: How::Trait(numbers) }),
                    _ => None,
                }
            }
            Node::Aggregate(id) => {
                let aggregate = plan.aggregate(*id)?;
                let tally = Tally::value(columns, plan, aggregate, now)?;
                let number = Sort { unit: Of::Number, scale: 0 };
                let sort = match &tally.measure {
                    Measure::Count | Measure::Few(_) | Measure::Marks(_) | Measure::Days(_) => number,
                    Measure::When { .. } => Sort { unit: Of::Time, scale: 0 },
                    // Of no rows a sum of money is nothing, and of which currency is not known where no row can count.
                    Measure::Sum(Some(amounts)) | Measure::Extreme { amounts: Some(amounts), .. } => {
                        sort_of(amounts.numbers)?
                    }
                    Measure::Sum(None) if matches!(aggregate.what, What::Sum(_, None)) => return None,
                    _ => return None,
                };
                Some(Self { sort, how: How::Tally(tally) })
            }
            Node::Arithmetic(left, how, right) => {
                let (one, two) = (sort(left)?, sort(right)?);
                let scale = match how {
                    Arith::Add | Arith::Sub if one.unit == two.unit && one.unit != Of::Time => one.scale.max(two.scale),
                    Arith::Mul if one.unit == Of::Number || two.unit == Of::Number => one.scale + two.scale,
                    _ => return None,
                };
                let unit = if one.unit == Of::Number { two.unit } else { one.unit };
                if scale > 18 || unit == Of::Time {
                    return None;
                }
                Some(Self { sort: Sort { unit, scale }, how: How::Arithmetic(*left, *how, *right) })
            }
            _ => None,
        }
    }

    /// The lanes of which this one is made.
    pub(crate) fn parts(&self) -> Option<(NodeId, NodeId)> {
        match self.how {
            How::Arithmetic(left, _, right) => Some((left, right)),
            _ => None,
        }
    }

    pub(crate) fn block(&self, block: &mut Block, of: &Mask, parts: Option<[(&Values, Sort); 2]>) -> Values {
        let mut values = Values { units: vec![0; BLOCK], some: Mask::NONE, unsure: Mask::NONE };
        match &self.how {
            How::Constant(units) => {
                values.units.fill(*units);
                values.some = *of;
            }
            How::Trait(numbers) => {
                let base = block.base;
                of.each(|nth| values.note(nth, numbers.units(base + nth).map(i128::from)));
            }
            How::Tally(tally) => tally.values(block, of, &mut values),
            How::Arithmetic(_, how, _) => {
                let Some([(left, one), (right, two)]) = parts else {
                    values.unsure = *of;
                    return values;
                };
                values.unsure = *of & (left.unsure | right.unsure);
                let both = (*of & left.some & right.some).without(&values.unsure);
                let at = |values: &Values, nth: usize| i128::from(values.units.get(nth).copied().unwrap_or_default());
                let ten = |power: u8| 10_i128.pow(u32::from(power.min(18)));
                both.each(|nth| {
                    let (left, right) = (at(left, nth), at(right, nth));
                    let (left, right) = match how {
                        Arith::Mul => (left, right),
                        _ => (left * ten(self.sort.scale - one.scale), right * ten(self.sort.scale - two.scale)),
                    };
                    values.note(
                        nth,
                        Some(match how {
                            Arith::Add => left + right,
                            Arith::Sub => left - right,
                            _ => left * right,
                        }),
                    );
                });
            }
        }
        values
    }
}

fn sort_of(numbers: &Numbers) -> Option<Sort> {
    let unit = match (numbers.unit, &*numbers.currencies) {
        (Unit::Int | Unit::Decimal, _) => Of::Number,
        (Unit::Money, [currency]) => Of::Money(*currency),
        (Unit::Time, _) => Of::Time,
        _ => return None,
    };
    Some(Sort { unit, scale: numbers.scale })
}

impl Values {
    fn note(&mut self, nth: usize, units: Option<i128>) {
        let Some(units) = units else { return };
        match (i64::try_from(units), self.units.get_mut(nth)) {
            (Ok(units), Some(place)) => {
                *place = units;
                self.some.set(nth);
            }
            _ => self.unsure.set(nth),
        }
    }
}

impl Tally<'_> {
    /// The measure of each as a value.
    fn values(&self, block: &mut Block, of: &Mask, values: &mut Values) {
        match &self.measure {
            Measure::Count => {
                self.drive(&super::fold::Count { enough: u32::MAX, step: false }, block, of, |nth, count| {
                    values.note(nth, Some((*count).into()));
                })
            }
            Measure::Few(rows) => self.drive(&super::fold::Few(rows), block, of, |nth, seen| {
                values.note(nth, Some(seen.iter().map(|word| i128::from(word.count_ones())).sum()));
            }),
            Measure::Marks(column) => self.drive(&super::fold::Marks(column), block, of, |nth, marks| {
                values.note(nth, Some(super::tally::different(marks)));
            }),
            Measure::Days(days) => self.drive(days, block, of, |nth, seen| {
                values.note(nth, Some(seen.count_ones().into()));
            }),
            Measure::When { last } => self.drive(&super::fold::When { last: *last }, block, of, |nth, at| {
                values.note(nth, at.map(i128::from));
            }),
            Measure::Sum(Some(amounts)) => {
                let plain = amounts.numbers.unit != Unit::Money;
                self.drive(amounts, block, of, |nth, total| {
                    values.note(nth, (plain || total.count > 0).then_some(total.sum));
                });
            }
            Measure::Extreme { amounts: Some(amounts), greatest } => {
                let fold = super::fold::Extreme { amounts: *amounts, greatest: *greatest };
                self.drive(&fold, block, of, |nth, best| values.note(nth, best.map(i128::from)));
            }
            _ => values.unsure = *of,
        }
    }
}

/// Two lanes compared; none where that is left to the evaluator.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) left: NodeId,
    pub(crate) op: Op,
    pub(crate) right: NodeId,
    /// By how much each side is multiplied.
    powers: (i128, i128),
}

impl Pair {
    pub(crate) fn new(left: NodeId, op: Op, right: NodeId, one: Sort, two: Sort) -> Option<Self> {
        if one.unit != two.unit || matches!(op, Op::Contains | Op::StartsWith | Op::EndsWith) {
            return None;
        }
        let scale = one.scale.max(two.scale);
        let ten = |power: u8| 10_i128.pow(u32::from(power.min(18)));
        Some(Self { left, op, right, powers: (ten(scale - one.scale), ten(scale - two.scale)) })
    }

    pub(crate) fn block(&self, of: &Mask, left: &Values, right: &Values, unsure: &mut Mask) -> Truths {
        *unsure = *of & (left.unsure | right.unsure);
        let both = (*of & left.some & right.some).without(unsure);
        let at = |values: &Values, nth: usize| i128::from(values.units.get(nth).copied().unwrap_or_default());
        let yes =
            both.filter(|nth| self.op.holds((at(left, nth) * self.powers.0).cmp(&(at(right, nth) * self.powers.1))));
        Truths { yes, unknown: of.without(&both).without(unsure) }
    }
}

/// A lane asked how it compares with a constant, or whether it is nothing.
#[derive(Debug)]
pub(crate) enum Asked {
    Range(Range),
    Null,
}

impl Asked {
    pub(crate) fn new(ask: &Ask, sort: Sort) -> Option<Self> {
        let Ask::Compare(op, constant) = ask else {
            return matches!(ask, Ask::Null).then_some(Self::Null);
        };
        let number = match (sort.unit, constant) {
            (Of::Number, value) => crate::value::number(value)?,
            (Of::Money(currency), Value::Money(money)) if money.currency() == currency => money.amount(),
            (Of::Time, Value::Time(time)) => time.0.into(),
            _ => return None,
        };
        Range::of(*op, number, sort.scale).map(Self::Range)
    }

    pub(crate) fn block(&self, of: &Mask, values: &Values, unsure: &mut Mask) -> Truths {
        *unsure = *of & values.unsure;
        let some = (*of & values.some).without(unsure);
        let none = of.without(&some).without(unsure);
        match self {
            Self::Null => Truths::yes(none),
            Self::Range(range) => Truths {
                yes: some.filter(|nth| values.units.get(nth).is_some_and(|units| range.holds((*units).into()))),
                unknown: none,
            },
        }
    }
}
