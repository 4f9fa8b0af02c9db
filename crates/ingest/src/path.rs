//! Paths into a JSON object: `customer.email`, `items[0].sku`.
//!
//! A name that stands in the record as it is written wins over the path that it could also be, so that a column
//! called `v1.0` can be named, and so that a CSV row fed again as an object reads the same.

use onefold_model::{Text, Value};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Name(Text),
    Item(usize),
}

/// A path, with the text that it was written as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    whole: Text,
    steps: Vec<Step>,
}

impl Path {
    pub(crate) fn new(text: &str) -> Self {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let (name, items) = part.split_at(part.find('[').unwrap_or(part.len()));
            let items: Option<Vec<usize>> = items
                .split_inclusive(']')
                .map(|item| item.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
                .collect();
            match items {
                Some(items) => {
                    if !name.is_empty() || items.is_empty() {
                        steps.push(Step::Name(name.into()));
                    }
                    steps.extend(items.into_iter().map(Step::Item));
                }
                // No index: the brackets belong to the name.
                None => steps.push(Step::Name(part.into())),
            }
        }
        Self { whole: text.into(), steps }
    }

    /// What stands there.
    pub(crate) fn find<'a>(&self, within: &'a Value) -> Option<&'a Value> {
        if let Some(value) = get(within, &self.whole) {
            return Some(value);
        }
        self.steps.iter().try_fold(within, |value, step| match (step, value) {
            (Step::Name(name), value) => get(value, name),
            (Step::Item(nth), Value::List(items)) => items.get(*nth),
            _ => None,
        })
    }
}

/// The value of a name in a map.
pub(crate) fn get<'a>(within: &'a Value, name: &str) -> Option<&'a Value> {
    let Value::Map(pairs) = within else {
        return None;
    };
    let at = pairs.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
    pairs.get(at).map(|(_, value)| value)
}

/// What is left of an object without what the paths name. Lists stay whole: an item that is named is not taken out.
pub(crate) fn without(object: &Value, paths: &[Path]) -> Vec<(Text, Value)> {
    let Value::Map(pairs) = object else {
        return Vec::new();
    };
    let taken = |name: &Text| paths.iter().any(|path| path.whole == *name);
    let deep: Vec<&[Step]> =
        paths.iter().filter(|path| get(object, &path.whole).is_none()).map(|path| path.steps.as_slice()).collect();
    pairs
        .iter()
        .filter(|(name, _)| !taken(name))
        .filter_map(|(name, value)| Some((name.clone(), prune(name, value, &deep)?)))
        .collect()
}

/// The value without what the paths that begin with this name lead to; nothing where all of it is named.
fn prune(name: &Text, value: &Value, paths: &[&[Step]]) -> Option<Value> {
    let below: Vec<&[Step]> = paths
        .iter()
        .filter_map(|path| match path.split_first() {
            Some((Step::Name(first), rest)) if first == name => Some(rest),
            _ => None,
        })
        .collect();
    if below.iter().any(|path| path.is_empty()) {
        return None;
    }
    match value {
        Value::Map(pairs) if !below.is_empty() => {
            let left: Vec<(Text, Value)> =
                pairs.iter().filter_map(|(name, value)| Some((name.clone(), prune(name, value, &below)?))).collect();
            (pairs.is_empty() || !left.is_empty()).then(|| Value::map(left))
        }
        _ => Some(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Value {
        let item = |sku: &str| Value::map([("sku".into(), sku.into())]);
        Value::map([
            ("customer".into(), Value::map([("email".into(), "ada@example.com".into()), ("age".into(), 36.into())])),
            ("items".into(), Value::from(vec![item("a"), item("b")])),
            ("a.b".into(), 1.into()),
            ("x[y]".into(), 2.into()),
        ])
    }

    #[test]
    fn paths_lead_through_maps_and_lists() {
        let find = |path: &str| Path::new(path).find(&ada()).map(Value::to_string);
        assert_eq!(find("customer.email").as_deref(), Some("ada@example.com"));
        assert_eq!(find("items[1].sku").as_deref(), Some("b"));
        assert_eq!(find("a.b").as_deref(), Some("1"));
        assert_eq!(find("x[y]").as_deref(), Some("2"));
        for nothing in ["customer.phone", "items[2].sku", "items.sku", "customer.email.domain", "", "[0]", "items[-1]"]
        {
            assert_eq!(find(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_is_left_is_all_that_no_path_names() {
        let left = |paths: &[&str]| {
            Value::map(without(&ada(), &paths.iter().map(|path| Path::new(path)).collect::<Vec<_>>())).to_json()
        };
        assert_eq!(left(&["customer.email", "a.b", "x[y]", "items"]), r#"{"customer":{"age":36}}"#);
        assert_eq!(
            left(&["customer.email", "customer.age", "items[0].sku", "a.b", "x[y]"]),
            r#"{"items":[{"sku":"a"},{"sku":"b"}]}"#
        );
        assert_eq!(left(&["customer", "items", "a.b", "x[y]"]), "{}");
    }
}
