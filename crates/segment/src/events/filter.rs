//! Conditions on one event, on the steps before it, and on items of its lists.

use onefold_model::{Truth, Value};

use super::rows::Row;
use crate::ast::Quantifier;
use crate::plan::{Filter, Operand, Read};
use crate::value::{Ask, Val, find};

/// What a filter can see.
#[derive(Clone, Copy)]
pub(crate) struct Ctx<'a> {
    pub(crate) row: Row<'a>,
    /// The events of the steps so far; none of steps that must not happen.
    pub(crate) steps: &'a [Option<Row<'a>>],
    pub(crate) item: Option<&'a Value>,
}

impl Filter {
    pub(crate) fn of(&self, ctx: Ctx<'_>) -> Truth {
        match self {
            Self::And(parts) => fold(parts.iter().map(|part| part.of(ctx)), Truth::Yes, Truth::No, Truth::and),
            Self::Or(parts) => fold(parts.iter().map(|part| part.of(ctx)), Truth::No, Truth::Yes, Truth::or),
            Self::Not(part) => part.of(ctx).not(),
            Self::Ask(operand, ask) => operand.asked(ctx, ask),
            Self::Compare(left, op, right) => left.val(ctx).compare(*op, &right.val(ctx)),
            Self::Items(quantifier, operand, filter) => of_items(*quantifier, &operand.value(ctx), filter, Some(ctx)),
        }
    }
}

/// Whether a condition holds of so many maps of a list; unknown where there is no list.
pub(crate) fn of_items(quantifier: Quantifier, list: &Value, filter: &Filter, outer: Option<Ctx<'_>>) -> Truth {
    let Value::List(items) = list else { return Truth::Unknown };
    let none = Row { run: onefold_model::Run::EMPTY, nth: 0 };
    let outer = outer.unwrap_or(Ctx { row: none, steps: &[], item: None });
    let maps = items.iter().filter(|item| matches!(item, Value::Map(_)));
    quantify(quantifier, maps.map(|item| filter.of(Ctx { item: Some(item), ..outer })))
}

/// Kleene's *or*, *and* and *not any*.
pub(crate) fn quantify(quantifier: Quantifier, all: impl Iterator<Item = Truth>) -> Truth {
    match quantifier {
        Quantifier::Any => fold(all, Truth::No, Truth::Yes, Truth::or),
        Quantifier::All => fold(all, Truth::Yes, Truth::No, Truth::and),
        Quantifier::None => fold(all, Truth::No, Truth::Yes, Truth::or).not(),
    }
}

/// Joins until the end is sure.
fn fold(all: impl Iterator<Item = Truth>, begin: Truth, end: Truth, join: fn(Truth, Truth) -> Truth) -> Truth {
    let mut known = begin;
    for one in all {
        known = join(known, one);
        if known == end {
            break;
        }
    }
    known
}

impl Operand {
    fn asked(&self, ctx: Ctx<'_>, ask: &Ask) -> Truth {
        let of = |row: Row<'_>, read: &Read| row.run.look(row.nth, read.field, |value| ask.at(value, &read.keys));
        match self {
            Self::Property(read) => of(ctx.row, read),
            Self::Step(nth, read) => match ctx.steps.get(usize::from(*nth)).copied().flatten() {
                Some(row) => of(row, read),
                None => ask.of(Value::NULL),
            },
            Self::Key(keys) => ask.at(ctx.item.unwrap_or(Value::NULL), keys),
            Self::Constant(value) => ask.of(value),
            Self::Arithmetic(..) | Self::Size(_) => ask.of_val(&self.val(ctx)),
        }
    }

    /// The value, or the first where a list stands on the way.
    fn value(&self, ctx: Ctx<'_>) -> Value {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Property(read) => ctx.row.read(read),
            Self::Step(nth, read) => {
                ctx.steps.get(usize::from(*nth)).copied().flatten().map_or(Value::Null, |row| row.read(read))
            }
            Self::Key(keys) => find(ctx.item.unwrap_or(Value::NULL), keys).clone(),
            Self::Arithmetic(..) | Self::Size(_) => self.val(ctx).to_value(),
        }
    }

    fn val(&self, ctx: Ctx<'_>) -> Val {
        match self {
            Self::Arithmetic(left, how, right) => left.val(ctx).combine(*how, &right.val(ctx)),
            Self::Size(of) => size(&of.value(ctx)),
            _ => Val::of(&self.value(ctx)),
        }
    }
}

/// How many items a list has, or pairs a map.
pub(crate) fn size(value: &Value) -> Val {
    let count = match value {
        Value::List(items) => items.len(),
        Value::Map(pairs) => pairs.len(),
        _ => return Val::Null,
    };
    i64::try_from(count).map_or(Val::Null, |count| Val::Number(crate::number::Ratio::whole(count)))
}
