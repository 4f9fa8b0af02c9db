//! Filters made ready for one type of event: questions to columns, by row.

use std::borrow::Cow;

use onefold_model::{FieldId, Text, Value};

use super::bits::{NO, YES, level};
use super::leaf::Leaf;
use crate::ast::Op;
use crate::columns::{Column, Columns, Slab};
use crate::plan::{Filter, Operand, Rows};
use crate::value::{Ask, compare, find};

/// An event: its type's rows, and which of them.
pub(crate) type Place<'a> = (&'a Slab, usize);

/// A condition on a row, and perhaps on the events of earlier steps.
#[derive(Debug)]
pub(crate) enum Pred<'a> {
    Constant(u8),
    Leaf(Leaf<'a>),
    And(Box<[Pred<'a>]>),
    Or(Box<[Pred<'a>]>),
    Not(Box<Pred<'a>>),
    Ask(Side<'a>, Ask),
    Compare(Side<'a>, Op, Side<'a>),
}

/// What is looked at.
#[derive(Debug)]
pub(crate) enum Side<'a> {
    Constant(&'a Value),
    Property(Option<&'a Column>, &'a [Text]),
    Step(usize, FieldId, &'a [Text]),
}

/// Rows of one type, perhaps only some.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) slab: &'a Slab,
    /// The type's place among all types.
    pub(crate) nth: usize,
    pub(crate) pred: Pred<'a>,
}

impl Source<'_> {
    /// Whether a row counts, whatever happened before it.
    #[inline(always)]
    pub(crate) fn holds(&self, row: usize) -> bool {
        match &self.pred {
            Pred::Constant(known) => *known == YES,
            Pred::Leaf(leaf) => leaf.at(row) == YES,
            pred => pred.at(row, &[]) == YES,
        }
    }

    /// Whether all rows count.
    #[inline(always)]
    pub(crate) const fn all(&self) -> bool {
        matches!(self.pred, Pred::Constant(YES))
    }
}

/// The sources of some rows; those of which no row can count are left out. None where the filter has a form that is left to the evaluator.
pub(crate) fn sources<'a>(columns: &'a Columns, rows: &'a Rows) -> Option<Vec<Source<'a>>> {
    let mut all = Vec::new();
    for what in &rows.types {
        let Some(slab) = columns.slab(*what) else { continue };
        let pred = match &rows.filter {
            Some(filter) => Pred::new(slab, filter)?,
            None => Pred::Constant(YES),
        };
        if !matches!(pred, Pred::Constant(known) if known != YES) {
            all.push(Source { slab, nth: what.index(), pred });
        }
    }
    Some(all)
}

impl<'a> Pred<'a> {
    pub(crate) fn new(slab: &'a Slab, filter: &'a Filter) -> Option<Self> {
        let parts = |parts: &'a [Filter]| parts.iter().map(|part| Self::new(slab, part)).collect::<Option<Vec<_>>>();
        Some(match filter {
            Filter::And(all) => {
                let mut parts = parts(all)?;
                parts.retain(|part| !matches!(part, Self::Constant(YES)));
                match parts.len() {
                    0 => Self::Constant(YES),
                    _ if parts.iter().any(|part| matches!(part, Self::Constant(NO))) => Self::Constant(NO),
                    _ => Self::And(parts.into()),
                }
            }
            Filter::Or(all) => Self::Or(parts(all)?.into()),
            Filter::Not(part) => Self::Not(Box::new(Self::new(slab, part)?)),
            Filter::Ask(operand, ask) => match Side::new(slab, operand)? {
                Side::Constant(value) => Self::Constant(level(ask.of(value))),
                Side::Property(column, keys) => match Leaf::new(column, keys, ask) {
                    Leaf::Constant(known) => Self::Constant(known),
                    leaf => Self::Leaf(leaf),
                },
                side => Self::Ask(side, ask.clone()),
            },
            Filter::Compare(left, op, right) => Self::Compare(Side::new(slab, left)?, *op, Side::new(slab, right)?),
            Filter::Items(..) => return None,
        })
    }

    /// Whether it holds of a row, after these steps.
    pub(crate) fn at(&self, row: usize, chain: &[Option<Place<'_>>]) -> u8 {
        match self {
            Self::Constant(known) => *known,
            Self::Leaf(leaf) => leaf.at(row),
            Self::And(parts) => parts.iter().map(|part| part.at(row, chain)).min().unwrap_or(YES),
            Self::Or(parts) => parts.iter().map(|part| part.at(row, chain)).max().unwrap_or(NO),
            Self::Not(part) => YES - part.at(row, chain),
            Self::Ask(side, ask) => side.asked(row, chain, |value, keys| level(ask.at(value, keys))),
            Self::Compare(left, op, right) => left.asked(row, chain, |left, keys| {
                let left = find(left, keys);
                right.asked(row, chain, |right, keys| level(compare(left, *op, find(right, keys))))
            }),
        }
    }
}

impl<'a> Side<'a> {
    fn new(slab: &'a Slab, operand: &'a Operand) -> Option<Self> {
        match operand {
            Operand::Constant(value) => Some(Self::Constant(value)),
            Operand::Property(read) if read.relation.is_none() => {
                Some(Self::Property(slab.column(read.field), &read.keys))
            }
            Operand::Step(nth, read) if read.relation.is_none() => {
                Some(Self::Step(usize::from(*nth), read.field, &read.keys))
            }
            _ => None,
        }
    }

    fn asked(&self, row: usize, chain: &[Option<Place<'_>>], ask: impl FnOnce(&Value, &[Text]) -> u8) -> u8 {
        match self {
            Self::Constant(value) => ask(value, &[]),
            Self::Property(Some(column), keys) => ask(&column.look(row), keys),
            Self::Property(None, keys) => ask(Value::NULL, keys),
            Self::Step(nth, field, keys) => {
                let value =
                    chain.get(*nth).copied().flatten().and_then(|(slab, row)| Some(slab.column(*field)?.look(row)));
                ask(&value.unwrap_or(Cow::Borrowed(Value::NULL)), keys)
            }
        }
    }
}

impl Column {
    /// The value of a row, borrowed where it stands as such.
    pub(crate) fn look(&self, row: usize) -> Cow<'_, Value> {
        match self {
            Self::Codes(codes) => Cow::Borrowed(codes.value(row)),
            Self::Values(rows) => Cow::Borrowed(rows.get(row).unwrap_or(Value::NULL)),
            column => Cow::Owned(column.get(row)),
        }
    }
}
