//! Which values compare, and what arithmetic of them comes to.

use onefold_model::{Currency, Type};

use crate::ast::{Aggregate, Arith, Elapsed, Function, Literal, Op, Path, Target, Term};

/// The type of a term, and for money the currency where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) ty: Type,
    pub(super) currency: Option<Currency>,
}

impl From<Type> for Kind {
    fn from(ty: Type) -> Self {
        Self { ty, currency: None }
    }
}

impl Kind {
    pub(super) const fn of(literal: &Literal) -> Self {
        let (ty, currency) = match literal {
            Literal::Text(_) => (Type::Text, None),
            Literal::Number(number) if number.scale() == 0 => (Type::Int, None),
            Literal::Number(_) => (Type::Decimal, None),
            Literal::Money(money) => (Type::Money, Some(money.currency())),
            Literal::Bool(_) => (Type::Bool, None),
            Literal::Time(_) => (Type::Time, None),
            Literal::Date(_) => (Type::Date, None),
        };
        Self { ty, currency }
    }

    pub(super) const fn is_any(self) -> bool {
        matches!(self.ty, Type::Any)
    }

    pub(super) const fn is_number(self) -> bool {
        matches!(self.ty, Type::Int | Type::Decimal | Type::Score)
    }

    /// Whether it is in the course of time.
    pub(super) const fn is_time(self) -> bool {
        matches!(self.ty, Type::Time | Type::Date | Type::Any)
    }

    /// Whether a list of such values has an order that means something.
    pub(super) const fn has_order(self) -> bool {
        !matches!(self.ty, Type::List | Type::Map)
    }

    /// Whether both can be values of one term, and of which kind that is.
    pub(super) fn join(self, other: Self) -> Option<Self> {
        let ty = match (self.ty, other.ty) {
            (left, right) if left == right => left,
            (Type::Any, _) | (_, Type::Any) => Type::Any,
            (Type::Int | Type::Decimal | Type::Score, Type::Int | Type::Decimal | Type::Score) => Type::Decimal,
            _ => return None,
        };
        Some(Self { ty, currency: self.currency.filter(|it| other.currency == Some(*it)) })
    }

    /// Whether values of this kind are values of a declared type.
    pub(super) fn fits(self, ty: Type) -> bool {
        self.ty == ty || self.is_any() || ty == Type::Any || (self.ty, ty) == (Type::Int, Type::Decimal)
    }

    /// What arithmetic comes to, or why there is none: the reason and some help.
    pub(super) fn arithmetic(self, op: Arith, other: Self) -> Result<Self, (String, Option<&'static str>)> {
        use Type::{Any, Decimal, Int, Money, Score};
        let number = |ty| matches!(ty, Int | Decimal | Score);
        let (left, right) = (self.ty, other.ty);
        for (side, ty) in [("left", left), ("right", right)] {
            if !number(ty) && !matches!(ty, Money | Any) {
                let help = matches!(ty, Type::Time | Type::Date).then_some("`days_since(..)` of it is a number");
                return Err((format!("{} cannot be calculated with, on the {side} of `{}`", kind(ty), sign(op)), help));
            }
        }
        if let (Some(one), Some(two)) = (self.currency, other.currency)
            && one != two
        {
            let message = format!("amounts in {one} and {two} cannot be calculated with each other");
            return Err((message, Some("there are no exchange rates")));
        }
        let ty = match (left, op, right) {
            (Any, ..) | (.., Any) => Any,
            (Money, Arith::Add | Arith::Sub, Money) | (Money, Arith::Mul | Arith::Div, _) if right != Money => Money,
            (Money, Arith::Add | Arith::Sub, Money) => Money,
            (Money, Arith::Div, Money) => Decimal,
            (Money, Arith::Mul, Money) => {
                return Err(("amounts of money cannot be multiplied with each other".into(), None));
            }
            (_, Arith::Mul, Money) => Money,
            (_, Arith::Div, Money) => {
                return Err(("a number cannot be divided by an amount of money".into(), None));
            }
            (Money, _, _) | (_, _, Money) => {
                let doing = if op == Arith::Add { "added to" } else { "subtracted from" };
                let (one, other) =
                    if left == Money { ("a number", "an amount of money") } else { ("an amount of money", "a number") };
                let message = format!("{one} cannot be {doing} {other}");
                return Err((message, Some("an amount has a currency, such as `5 EUR`")));
            }
            (_, Arith::Div, _) => Decimal,
            (Int, _, Int) => Int,
            _ => Decimal,
        };
        let currency = if ty == Money { self.currency.or(other.currency) } else { None };
        Ok(Self { ty, currency })
    }

    /// Whether two values of these kinds compare so.
    pub(super) fn compares(self, op: Op, other: Self) -> bool {
        use Type::{Any, Bool, Date, List, Map, Money, Text, Time};
        match (op, self.ty, other.ty) {
            (Op::Contains, List, List | Map) => false,
            (Op::Contains, List | Any, _) | (Op::Contains, Text, Text | Any) => true,
            (Op::StartsWith | Op::EndsWith, Text | Any, Text | Any) => true,
            (Op::Contains | Op::StartsWith | Op::EndsWith, ..) => false,
            (_, List | Map, _) | (_, _, List | Map) => false,
            (_, Any, _) | (_, _, Any) => true,
            (Op::Eq | Op::Ne, Bool, Bool) => true,
            (_, Bool, _) | (_, _, Bool) => false,
            (_, Time | Date, Time | Date) => true,
            (_, Money, Money) => self.currency.is_none() || other.currency.is_none() || self.currency == other.currency,
            (_, left, right) => left == right || (self.is_number() && other.is_number()),
        }
    }
}

/// Whether it asks for an order or sameness, not for a part.
pub(super) const fn is_order(op: Op) -> bool {
    !matches!(op, Op::Contains | Op::StartsWith | Op::EndsWith)
}

const fn sign(op: Arith) -> &'static str {
    match op {
        Arith::Add => "+",
        Arith::Sub => "-",
        Arith::Mul => "*",
        Arith::Div => "/",
    }
}

/// The operator as the text writes it.
pub(super) const fn word(op: Op) -> &'static str {
    match op {
        Op::Eq => "=",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::Contains => "contains",
        Op::StartsWith => "starts with",
        Op::EndsWith => "ends with",
    }
}

/// The type in a sentence.
pub(super) const fn kind(ty: Type) -> &'static str {
    match ty {
        Type::Text => "a text",
        Type::Int => "a whole number",
        Type::Decimal => "a number",
        Type::Money => "an amount of money",
        Type::Time => "a time",
        Type::Date => "a day",
        Type::Bool => "true or false",
        Type::Score => "a score",
        Type::List => "a list",
        Type::Map => "a map",
        Type::Any => "any value",
    }
}

/// The name of a function as the text writes it.
pub(super) const fn function(function: Function) -> &'static str {
    match function {
        Function::Count => "count",
        Function::Sum => "sum",
        Function::Avg => "avg",
        Function::Min => "min",
        Function::Max => "max",
        Function::Median => "median",
        Function::Distinct => "distinct",
        Function::First => "first",
        Function::Last => "last",
        Function::MostFrequent => "most_frequent",
        Function::ActiveDays => "active_days",
        Function::ActiveWeeks => "active_weeks",
        Function::Sessions(_) => "sessions",
        Function::SessionTime(_) => "session_time",
    }
}

/// The names with points between them.
pub(crate) fn dotted(path: &Path) -> String {
    path.names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(".")
}

/// A term in a sentence, short: without filters and windows.
pub(crate) fn told(term: &Term) -> String {
    match term {
        Term::Constant(literal) => format!("`{literal}`"),
        Term::Name(path) => format!("`{}`", dotted(path)),
        Term::Score(name) => format!("`score({})`", name.as_str()),
        Term::Aggregate(aggregate) => format!("`{}`", aggregate_told(aggregate)),
        Term::Arithmetic(..) => "the result".into(),
        Term::Size(path) => format!("`size({})`", dotted(path)),
        Term::Since(Elapsed::Days, _) => "the number of days".into(),
        Term::Since(Elapsed::Years, _) => "the number of years".into(),
        Term::Case { .. } => "the `case`".into(),
    }
}

fn aggregate_told(aggregate: &Aggregate) -> String {
    let events = match &aggregate.events.what {
        Target::Any => "any",
        Target::Named(name) => name.as_str(),
        Target::AnyOf(_) => "any of (..)",
    };
    let property = aggregate.property.as_ref().map_or_else(String::new, |path| format!(".{}", dotted(path)));
    format!("{}({events}{property})", function(aggregate.function))
}
