//! From a table and what a user says of it to what is compared with what.

use std::fmt;
use std::sync::Arc;

use super::Error;
use super::blocking::{self, Key, Rule, Transform};
use super::comparison::{Compare, Comparison, Kind, Own};
use super::compound::{Compounds, Condition};
use super::model::{MOST, Model};
use super::record::{Field, Part, Written};
use super::role::{self, Finding, Ignored, Role, Sample, SampleColumn, Verdict, infer};
use super::rules::{BlockingRule, ColumnRule, Constraints, Rules};
use super::table::Table;

/// Rows from which roles are inferred.
const SAMPLE: usize = 5_000;

/// What is compared, and how: rules with all that they leave open inferred from the table.
///
/// ```
/// use onefold_identity::matching::{Plan, Rules, Table};
///
/// let mut table = Table::new(["c1", "c2"]);
/// for (id, name, mail) in [
///     ("1", "Ada Lovelace", "ada@example.com"),
///     ("2", "Grace Hopper", "grace@example.com"),
///     ("3", "Ada Lovelace", "ada@example.com"),
/// ] {
///     table.push(id, [name, mail])?;
/// }
/// let plan = Plan::infer(&table, &Rules::default())?;
/// println!("{plan}");
/// assert!(plan.rules().to_toml().contains("role = \"email\""));
/// # Ok::<(), onefold_identity::matching::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) fields: Vec<Field>,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) blocking: Option<Vec<Rule>>,
    pub(crate) compounds: Compounds,
    pub(crate) constraints: Constraints,
    findings: Vec<Finding>,
    rules: Rules,
    pub(crate) notes: Vec<String>,
}

impl Plan {
    /// What the columns of a table are, by its values and by what the rules say of them, and what follows from it.
    ///
    /// # Errors
    /// [`Error::Unknown`] and [`Error::Rules`] for rules that do not fit the table.
    pub fn infer(table: &Table, rules: &Rules) -> Result<Self, Error> {
        for rule in &rules.columns {
            if !table.columns().any(|name| name == rule.name) {
                return Err(Error::unknown("column", &rule.name, table.columns()));
            }
        }
        let findings = look(table);
        let mut plan = Self {
            fields: Vec::new(),
            comparisons: Vec::new(),
            blocking: None,
            compounds: Compounds::default(),
            constraints: rules.constraints.clone(),
            findings,
            rules: rules.clone(),
            notes: Vec::new(),
        };
        plan.choose_fields(rules)?;
        plan.complete(rules)?;
        Ok(plan)
    }

    /// The plan under which a model was trained, for another table with its columns; nothing is inferred.
    ///
    /// # Errors
    /// [`Error::Unknown`] where the table lacks a column of the model.
    pub fn of(table: &Table, model: &Model) -> Result<Self, Error> {
        for field in &model.fields {
            if !table.columns().any(|name| name == field.column) {
                return Err(Error::unknown("column", &field.column, table.columns()));
            }
        }
        Ok(Self {
            fields: model.fields.clone(),
            comparisons: model.comparisons.iter().map(|it| it.comparison.clone()).collect(),
            blocking: Some(model.blocking.clone()),
            compounds: model.compounds.clone(),
            constraints: model.constraints.clone(),
            findings: look(table),
            rules: Rules { constraints: model.constraints.clone(), ..Rules::default() },
            notes: Vec::new(),
        })
    }

    fn choose_fields(&mut self, rules: &Rules) -> Result<(), Error> {
        let said = |name: &str| rules.columns.iter().find(|rule| rule.name == name);
        let role_of = |finding: &Finding| match said(&finding.name) {
            Some(rule) if rule.ignore => None,
            Some(ColumnRule { role: Some(role), .. }) => Some(*role),
            Some(ColumnRule { compare: Some(_), .. }) => Some(finding.looks.unwrap_or(Role::Text)),
            _ => finding.role(),
        };
        let has = |role: Role| self.findings.iter().any(|finding| role_of(finding) == Some(role));
        let in_parts = has(Role::GivenName) && has(Role::Surname);
        let mut fields = Vec::new();
        for finding in &self.findings {
            let said = said(&finding.name);
            if said.is_some_and(|rule| rule.role.is_some() || rule.compare.is_some())
                && matches!(finding.verdict, Verdict::Ignored(Ignored::Unique))
            {
                return Err(Error::Rules(format!(
                    "`{}` has another value in every record: an id, which is never compared",
                    finding.name
                )));
            }
            let order = said.and_then(|rule| rule.date_order).or(finding.date_order.map(Written::of));
            let mut add = |role, part: Part| {
                let kind = said.and_then(|rule| rule.compare).unwrap_or(Kind::of(role, part));
                let name = match part {
                    Part::Whole => finding.name.clone(),
                    Part::Given => format!("{}.given", finding.name),
                    Part::Last => format!("{}.last", finding.name),
                    Part::Middle => format!("{}.middle", finding.name),
                };
                let order = order.filter(|_| kind == Kind::Date);
                fields.push(Field { name, column: finding.name.clone(), role, part, kind, order });
            };
            match (&finding.verdict, role_of(finding)) {
                (_, Some(Role::FullName)) if said.is_none_or(|rule| rule.compare.is_none()) => {
                    if !in_parts {
                        add(Role::FullName, Part::Given);
                        add(Role::FullName, Part::Last);
                    }
                    add(Role::FullName, Part::Middle);
                }
                (_, Some(role)) => add(role, Part::Whole),
                (Verdict::Copies { role: Role::FullName, extra: true, .. }, None)
                    if in_parts && said.is_none_or(|rule| !rule.ignore) =>
                {
                    add(Role::FullName, Part::Middle);
                }
                _ => {}
            }
        }
        for finding in &self.findings {
            let tells = matches!(
                finding.looks,
                Some(Role::FullName | Role::GivenName | Role::Surname | Role::Email | Role::Phone | Role::BirthDate)
            );
            if tells
                && finding.verdict == Verdict::Ignored(Ignored::Unique)
                && said(&finding.name).is_none_or(|rule| !rule.ignore)
            {
                let looks = finding.looks.map_or("", Role::name);
                self.notes.push(format!(
                    "`{}` looks like {looks} and is left out, since its value differs in every record, as an id's does; the records that are left to compare may not tell persons apart",
                    finding.name
                ));
            }
        }
        if fields.len() > MOST {
            // Those that are compared with the least effort stay, then by name: not by place.
            fields.sort_by(|a: &Field, b: &Field| (a.kind.effort(), &a.name).cmp(&(b.kind.effort(), &b.name)));
            let left: Vec<String> =
                fields.split_off(MOST).into_iter().map(|field| format!("`{}`", field.name)).collect();
            self.notes.push(format!("{MOST} fields are compared at most; left out: {}", left.join(", ")));
        }
        // In one order, whatever the order of the columns.
        fields.sort_by(|a, b| (a.kind.effort(), a.kind as u8, &a.name).cmp(&(b.kind.effort(), b.kind as u8, &b.name)));
        if fields.is_empty() {
            self.notes.push(
                "no column says who somebody is: each is empty, the same in all records, or different in all".into(),
            );
        }
        self.fields = fields;
        Ok(())
    }

    fn complete(&mut self, rules: &Rules) -> Result<(), Error> {
        let first = |kind: Kind| self.fields.iter().position(|field| field.kind == kind);
        let (given, last) = (first(Kind::Given), first(Kind::Surname));
        self.comparisons = (0..)
            .zip(&self.fields)
            .map(|(nth, field)| Comparison {
                name: field.name.clone(),
                kind: field.kind,
                field: nth,
                beside: match field.kind {
                    Kind::Given if Some(nth) == given => last,
                    Kind::Surname if Some(nth) == last => given,
                    _ => None,
                },
                names: if field.kind == Kind::Email { (given, last) } else { (None, None) },
                own: (field.kind == Kind::Own).then(Own::default),
            })
            .collect();
        if !rules.blocking.is_empty() {
            let rules: Result<Vec<Rule>, Error> = rules.blocking.iter().map(|rule| self.rule(rule)).collect();
            let rules = rules?;
            if rules.len() > blocking::MOST {
                return Err(Error::Rules(format!(
                    "{} rules of blocking; {} are the most",
                    rules.len(),
                    blocking::MOST
                )));
            }
            self.blocking = Some(rules);
        }
        self.compounds = Compounds::read(rules, &self.comparisons)?;
        for column in &rules.constraints.unique {
            self.field(column)?;
        }
        Ok(())
    }

    fn field(&self, name: &str) -> Result<usize, Error> {
        self.fields
            .iter()
            .position(|field| field.name == name)
            .ok_or_else(|| Error::unknown("field", name, self.fields.iter().map(|field| field.name.as_str())))
    }

    fn rule(&self, rule: &BlockingRule) -> Result<Rule, Error> {
        let mut keys = Vec::new();
        let mut many = 0;
        for text in &rule.keys {
            // A header may itself have these signs.
            let names = |names: &str| -> Result<Vec<usize>, Error> {
                match self.field(names) {
                    Ok(field) => Ok(vec![field]),
                    Err(_) => names.split('+').map(|name| self.field(name.trim())).collect(),
                }
            };
            let (fields, transform) = match (self.field(text), text.rsplit_once(':')) {
                (Ok(field), _) => (Ok(vec![field]), Transform::Whole),
                (_, Some((of, transform))) => (names(of), transform.parse()?),
                (_, None) => (names(text), Transform::Whole),
            };
            let key = Key { fields: fields?, transform };
            for field in &key.fields {
                let kind = self.fields.get(*field).map(|field| field.kind);
                let fits = match transform {
                    Transform::Sound => matches!(kind, Some(Kind::Given | Kind::Surname | Kind::Middle)),
                    Transform::Local => kind == Some(Kind::Email),
                    Transform::Year | Transform::MonthDay => kind == Some(Kind::Date),
                    _ => true,
                };
                if !fits {
                    return Err(Error::Rules(format!("`{text}`: `{transform}` is not for a field of this kind")));
                }
            }
            many += usize::from(key.is_many());
            keys.push(key);
        }
        if keys.is_empty() || many > 1 {
            let what = if many > 1 { "more than one key of words" } else { "no keys" };
            return Err(Error::Rules(format!("a rule of blocking has {what}: [{}]", rule.keys.join(", "))));
        }
        let words = keys.iter().any(Key::is_many);
        let cap = rule.cap.unwrap_or(if words { blocking::WORD_CAP } else { blocking::CAP });
        Ok(Rule { name: rule.keys.join(" + "), keys, cap, derived: false })
    }

    /// Uses a comparison of the application's own for a column that the rules compare with [`Kind::Own`].
    ///
    /// # Errors
    /// [`Error::Unknown`] where no such column is compared, [`Error::Rules`] where it is compared otherwise, or where the
    /// comparison has no levels or more than twenty.
    pub fn compare(mut self, column: &str, by: Arc<dyn Compare>) -> Result<Self, Error> {
        let levels = by.levels();
        if !(1..=20).contains(&levels.len()) {
            return Err(Error::Rules(format!(
                "a comparison has 1 to 20 levels; that of `{column}` has {}",
                levels.len()
            )));
        }
        let field = self.field(column)?;
        let comparison = self.comparisons.get_mut(field).filter(|comparison| comparison.kind == Kind::Own);
        let Some(comparison) = comparison else {
            return Err(Error::Rules(format!(
                "`{column}` is not compared by the application: say `compare = \"own\"`"
            )));
        };
        comparison.own = Some(Own { levels, by: Some(by) });
        Ok(self)
    }

    /// What a reader should know before anything is trained.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What was found out about each column.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The rules with all that was inferred: a rules file to start from.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let column = |finding: &Finding| {
            let fields = || self.fields.iter().filter(|field| field.column == finding.name);
            match fields().next() {
                Some(field) => ColumnRule {
                    name: finding.name.clone(),
                    role: Some(field.role),
                    ignore: false,
                    compare: (field.part == Part::Whole && field.kind != Kind::of(field.role, Part::Whole))
                        .then_some(field.kind),
                    date_order: field.order,
                },
                None => ColumnRule { name: finding.name.clone(), ignore: true, ..ColumnRule::default() },
            }
        };
        Rules { columns: self.findings.iter().map(column).collect(), ..self.rules.clone() }
    }
}

impl fmt::Display for Plan {
    /// A line a column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let fields: Vec<String> = self
                .fields
                .iter()
                .filter(|field| field.column == finding.name)
                .map(|field| format!("{} ({})", field.role, field.kind))
                .collect();
            let what = match (&finding.verdict, fields.is_empty()) {
                (_, false) => fields.join(", "),
                (Verdict::Ignored(Ignored::Empty), _) => "left out: empty".into(),
                (Verdict::Ignored(Ignored::OneValue), _) => "left out: one value".into(),
                (Verdict::Ignored(Ignored::Unique), _) => "left out: another value in every record".into(),
                (Verdict::Copies { .. }, _) => "left out: it repeats other columns".into(),
                _ => "left out".into(),
            };
            writeln!(f, "{:24} {what}", finding.name)?;
        }
        Ok(())
    }
}

/// Looks at the columns of a table: their counts, and rows that are drawn by what they say.
fn look(table: &Table) -> Vec<Finding> {
    // A column that is different in every record does not even have a say in what is drawn.
    let rows = table.len();
    let repeats = |column: &super::table::Column| !role::is_unique(column.values.len() as u64 - 1, rows as u64);
    let mut keyed: Vec<(u64, usize)> = table.contents(repeats).into_iter().zip(0..).collect();
    if keyed.len() > SAMPLE {
        keyed.select_nth_unstable(SAMPLE);
        keyed.truncate(SAMPLE);
    }
    keyed.sort_unstable();
    let columns = table.columns.iter().map(|column| {
        let all = column.counts();
        let counts = || all.iter().skip(1).copied();
        SampleColumn {
            name: &column.name,
            filled: counts().map(u64::from).sum(),
            distinct: column.values.len() as u64 - 1,
            repeated: counts().filter(|count| *count > 1).count() as u64,
        }
    });
    let rows = keyed.iter().map(|(_, row)| {
        let cell = |column: &super::table::Column| column.codes.get(*row).copied().unwrap_or(0);
        table.columns.iter().map(|column| column.values.text(cell(column))).collect()
    });
    infer(&Sample { rows_total: table.len() as u64, columns: columns.collect(), rows: rows.collect() })
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.comparison, self.relation)
    }
}
