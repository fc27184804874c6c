//! What was sent, as types read it: JSON, and the fields of a form. Both fail with a [`Fault`].

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, Unexpected, Visitor};
use serde_json::Value;

use super::fault::Fault;

/// What answers say beside their content, so that one may be sent back after a change.
const ECHOED: &str = "success";

/// A value of JSON.
pub(super) struct Json(pub Value);

impl IntoDeserializer<'_, Fault> for Json {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Json {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(flag),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, Some(number)) => visitor.visit_f64(number),
                (None, None, None) => Err(Fault::invalid_value(Unexpected::Other("number"), &visitor)),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => SeqDeserializer::new(items.into_iter().map(Json)).deserialize_any(visitor),
            Value::Object(fields) => MapDeserializer::new(fields.into_iter().map(|(name, value)| (name, Self(value))))
                .deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// Refuses what the type has no field for: a slip in a name must not be the same as leaving the field out. What has no
    /// fields at all takes whatever is sent.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let unknown = match &self.0 {
            Value::Object(sent) if !fields.is_empty() => {
                sent.keys().find(|name| *name != ECHOED && !fields.contains(&name.as_str()))
            }
            _ => None,
        };
        match unknown {
            Some(name) => Err(Fault::Unknown(name.clone(), fields)),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.into_deserializer()),
            Value::Object(fields) => {
                let fields = MapDeserializer::new(fields.into_iter().map(|(name, value)| (name, Self(value))));
                visitor.visit_enum(MapAccessDeserializer::new(fields))
            }
            _ => Err(Fault::TakesOneOf(variants)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// The fields of a form, in the order in which they came. What may be left out altogether is there, because a form always is.
pub(super) struct Fields {
    /// What was sent.
    pub sent: Vec<(String, String)>,
    /// Whether each name has to be one that there is. A form holds more than its fields.
    pub are_all_known: bool,
}

impl Fields {
    /// Each name with all that was sent under it.
    fn by_name(self) -> Vec<(String, Texts)> {
        let mut fields: Vec<(String, Texts)> = Vec::new();
        for (name, text) in self.sent {
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, texts)) => texts.0.push(text),
                None => fields.push((name, Texts(vec![text]))),
            }
        }
        fields
    }
}

impl<'de> Deserializer<'de> for Fields {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        MapDeserializer::new(self.by_name().into_iter()).deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// The fields as pairs.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let pairs = self.sent.into_iter().map(|(name, text)| (name, Texts(vec![text])));
        MapDeserializer::new(pairs).deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let unknown = |name: &&String| self.are_all_known && !fields.contains(&name.as_str());
        match self.sent.iter().map(|(name, _)| name).find(unknown) {
            Some(name) => Err(Fault::Unknown(name.clone(), fields)),
            None => self.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit_struct tuple tuple_struct
        map enum identifier ignored_any
    }
}

/// What was sent under one name.
struct Texts(Vec<String>);

impl Texts {
    /// The only one.
    fn one<'de, V: Visitor<'de>>(self, visitor: &V) -> Result<String, Fault> {
        let mut texts = self.0.into_iter();
        match (texts.next(), texts.next()) {
            (Some(text), None) => Ok(text),
            _ => Err(Fault::invalid_type(Unexpected::Seq, visitor)),
        }
    }
}

impl IntoDeserializer<'_, Fault> for Texts {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Reads what is written as text.
macro_rules! parsed {
    ($($deserialize:ident $visit:ident $value:ty),+ $(,)?) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let text = self.one(&visitor)?;
            match text.trim().parse::<$value>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(Fault::invalid_value(Unexpected::Str(&text), &visitor)),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Texts {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.len() == 1 {
            let text = self.one(&visitor)?;
            visitor.visit_string(text)
        } else {
            self.deserialize_seq(visitor)
        }
    }

    /// A field that is empty was left out.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let is_empty = matches!(self.0.as_slice(), [text] if text.is_empty());
        if is_empty { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        SeqDeserializer::new(self.0.into_iter().map(|text| Self(vec![text]))).deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let word = self.one(&visitor)?;
        visitor.visit_enum(word.into_deserializer())
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    parsed! {
        deserialize_bool visit_bool bool,
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_f32 visit_f32 f32,
        deserialize_f64 visit_f64 f64,
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit_struct tuple tuple_struct map struct identifier
    }
}
