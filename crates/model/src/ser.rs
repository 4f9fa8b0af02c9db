//! Any struct as named values: what `serde` can serialize, a draft can say.

use std::fmt;

use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::{Decimal, Text, Value};

/// The fields of a struct, or the entries of a map with text keys.
pub(crate) fn pairs(of: &impl Serialize) -> Result<Vec<(Text, Value)>, Unfit> {
    match of.serialize(ToValue)? {
        Value::Map(pairs) => Ok(pairs.to_vec()),
        Value::Null => Ok(Vec::new()),
        _ => Err(Unfit("only a struct or a map has named values".into())),
    }
}

/// Why something cannot be said as a value.
#[derive(Debug)]
pub(crate) struct Unfit(String);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Unfit {}
impl ser::Error for Unfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct ToValue;

macro_rules! whole {
    ($($method:ident: $type:ty),*) => { $(
        fn $method(self, number: $type) -> Result<Value, Unfit> {
            i64::try_from(number).map(Value::Int).map_err(|_| Unfit("a whole number is beyond 64 bits".into()))
        }
    )* };
}

impl Serializer for ToValue {
    type Ok = Value;
    type Error = Unfit;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Pairs;
    type SerializeStruct = Pairs;
    type SerializeStructVariant = Pairs;

    whole!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128);

    fn serialize_bool(self, yes: bool) -> Result<Value, Unfit> {
        Ok(Value::Bool(yes))
    }
    fn serialize_f32(self, number: f32) -> Result<Value, Unfit> {
        number
            .to_string()
            .parse::<Decimal>()
            .map(Value::Decimal)
            .map_err(|_| Unfit("a number is not finite or too long".into()))
    }
    fn serialize_f64(self, number: f64) -> Result<Value, Unfit> {
        number
            .to_string()
            .parse::<Decimal>()
            .map(Value::Decimal)
            .map_err(|_| Unfit("a number is not finite or too long".into()))
    }
    fn serialize_char(self, letter: char) -> Result<Value, Unfit> {
        Ok(Value::Text(Text::from(&*letter.encode_utf8(&mut [0; 4]))))
    }
    fn serialize_str(self, text: &str) -> Result<Value, Unfit> {
        Ok(text.into())
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<Value, Unfit> {
        Err(Unfit("bytes are no value".into()))
    }
    fn serialize_none(self) -> Result<Value, Unfit> {
        Ok(Value::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Unfit> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Value, Unfit> {
        Ok(Value::Null)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Unfit> {
        Ok(Value::Null)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Unfit> {
        Ok(variant.into())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Value, Unfit> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Unfit> {
        Ok(Value::map([(variant.into(), value.serialize(Self)?)]))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Items, Unfit> {
        Ok(Items { variant: None, items: Vec::new() })
    }
    fn serialize_tuple(self, _: usize) -> Result<Items, Unfit> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, Unfit> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Items, Unfit> {
        Ok(Items { variant: Some(variant), items: Vec::new() })
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Pairs, Unfit> {
        Ok(Pairs { variant: None, key: None, pairs: Vec::new() })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Pairs, Unfit> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Pairs, Unfit> {
        Ok(Pairs { variant: Some(variant), key: None, pairs: Vec::new() })
    }
}

fn tagged(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        Some(variant) => Value::map([(variant.into(), value)]),
        None => value,
    }
}

struct Items {
    variant: Option<&'static str>,
    items: Vec<Value>,
}

macro_rules! items {
    ($($trait:ident::$method:ident),*) => { $(
        impl $trait for Items {
            type Ok = Value;
            type Error = Unfit;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
                self.items.push(value.serialize(ToValue)?);
                Ok(())
            }
            fn end(self) -> Result<Value, Unfit> {
                Ok(tagged(self.variant, self.items.into()))
            }
        }
    )* };
}
items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

struct Pairs {
    variant: Option<&'static str>,
    key: Option<Text>,
    pairs: Vec<(Text, Value)>,
}

impl SerializeMap for Pairs {
    type Ok = Value;
    type Error = Unfit;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unfit> {
        self.key = Some(match key.serialize(ToValue)? {
            Value::Text(text) => text,
            Value::Int(number) => number.to_string().into(),
            _ => return Err(Unfit("a key is no text".into())),
        });
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        let key = self.key.take().ok_or_else(|| Unfit("a value has no key".into()))?;
        self.pairs.push((key, value.serialize(ToValue)?));
        Ok(())
    }
    fn end(self) -> Result<Value, Unfit> {
        Ok(tagged(self.variant, Value::map(self.pairs)))
    }
}

macro_rules! fields {
    ($($trait:ident),*) => { $(
        impl $trait for Pairs {
            type Ok = Value;
            type Error = Unfit;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unfit> {
                self.pairs.push((name.into(), value.serialize(ToValue)?));
                Ok(())
            }
            fn end(self) -> Result<Value, Unfit> {
                Ok(tagged(self.variant, Value::map(self.pairs)))
            }
        }
    )* };
}
fields!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_is_what_its_fields_say() {
        #[derive(serde::Serialize)]
        struct Purchase {
            cart: &'static str,
            amount: f64,
            items: Vec<u32>,
            note: Option<&'static str>,
        }
        let said = pairs(&Purchase { cart: "c-9", amount: 39.95, items: vec![1, 2], note: None }).unwrap();
        let said = Value::map(said);
        assert_eq!(said.to_string(), "{amount: 39.95, cart: c-9, items: [1, 2], note: null}");
        assert!(pairs(&5).is_err());
        assert!(pairs(&f64::NAN).is_err());
    }
}
