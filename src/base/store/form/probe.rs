//! Reads a type out of nothing: whatever it asks for, it gets a value, and that it asked is written down.

use std::collections::BTreeMap;
use std::slice;

use serde::de::value::{Error, U32Deserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::{Shape, Types};

/// What was found so far.
pub(super) struct Found {
    /// What every text is.
    text: &'static str,
    /// Whether what is optional is there.
    has_options: bool,
    /// What the next number is.
    number: u8,
    /// Whether each number is smaller than the one before, as long as there are some.
    do_numbers_fall: bool,
    /// What every yes or no is.
    answer: bool,
    structs: BTreeMap<&'static str, Vec<String>>,
    enums: BTreeMap<&'static str, Variants>,
}

struct Variants {
    names: &'static [&'static str],
    lines: Vec<Option<String>>,
    visits: usize,
}

impl Found {
    /// Nothing yet. Every text will be `text`.
    pub(super) const fn of_text(text: &'static str) -> Self {
        Self {
            text,
            has_options: true,
            // Some numbers cannot be 0.
            number: 1,
            do_numbers_fall: false,
            answer: true,
            structs: BTreeMap::new(),
            enums: BTreeMap::new(),
        }
    }

    /// The same, where nothing is there that is optional.
    pub(super) fn without_options(self) -> Self {
        Self { has_options: false, ..self }
    }

    /// The same, with numbers that differ from one another.
    pub(super) fn with_falling_numbers(self) -> Self {
        Self { number: 100, do_numbers_fall: true, ..self }
    }

    /// The same, where nothing is so that may be so.
    pub(super) fn with_denials(self) -> Self {
        Self { answer: false, ..self }
    }

    fn next_number(&mut self) -> u8 {
        let number = self.number;
        if self.do_numbers_fall && number > 1 {
            self.number -= 1;
        }
        number
    }

    /// Everything that was found; `None` while a variant was not met.
    pub(super) fn types(&self) -> Option<Types> {
        let structs =
            self.structs.iter().map(|(name, fields)| Some(((*name).to_owned(), Shape::Fields(fields.clone()))));
        let enums = self.enums.iter().map(|(name, variants)| {
            let lines: Option<Vec<String>> = variants.lines.iter().cloned().collect();
            Some(((*name).to_owned(), Shape::Variants(lines?)))
        });
        structs.chain(enums).collect()
    }

    fn add_struct(&mut self, name: &'static str, fields: Vec<String>) -> Result<(), Error> {
        if self.enums.contains_key(name) || self.structs.get(name).is_some_and(|known| *known != fields) {
            return Err(two_of(name));
        }
        self.structs.insert(name, fields);
        Ok(())
    }

    /// The variant of an enum whose turn it is. Each has its turn again and again, so that what is inside has, too.
    fn next_variant(&mut self, name: &'static str, names: &'static [&'static str]) -> Result<usize, Error> {
        let unmet = || Variants { names, lines: vec![None; names.len()], visits: 0 };
        let variants = self.enums.entry(name).or_insert_with(unmet);
        if variants.names != names || self.structs.contains_key(name) {
            return Err(two_of(name));
        }
        let turn = variants.visits.checked_rem(names.len());
        variants.visits += 1;
        turn.ok_or_else(|| Error::custom(format!("{name} has no variants")))
    }

    fn add_variant(&mut self, name: &'static str, index: usize, line: String) {
        let lines = self.enums.get_mut(name).map(|variants| &mut variants.lines);
        if let Some(place) = lines.and_then(|lines| lines.get_mut(index)) {
            *place = Some(line);
        }
    }
}

fn two_of(name: &str) -> Error {
    Error::custom(format!("two types are called {name}; give one of them another name by `serde(rename)`"))
}

fn no_names() -> Error {
    Error::custom("bincode cannot tell what comes next")
}

/// Gives one value to whoever reads it, and writes down what was asked for.
pub(super) struct Probe<'a> {
    found: &'a mut Found,
    form: &'a mut String,
}

impl<'a> Probe<'a> {
    pub(super) const fn new(found: &'a mut Found, form: &'a mut String) -> Self {
        Self { found, form }
    }
}

macro_rules! plain {
    ($($method:ident as $name:literal: $visit:ident($($sample:expr)?);)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            $name.clone_into(self.form);
            visitor.$visit($($sample)?)
        }
    )+};
}

macro_rules! numbers {
    ($($method:ident as $name:literal: $visit:ident($number:ty);)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            $name.clone_into(self.form);
            visitor.$visit(<$number>::from(self.found.next_number()))
        }
    )+};
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    numbers! {
        deserialize_i16 as "i16": visit_i16(i16);
        deserialize_i32 as "i32": visit_i32(i32);
        deserialize_i64 as "i64": visit_i64(i64);
        deserialize_i128 as "i128": visit_i128(i128);
        deserialize_u8 as "u8": visit_u8(u8);
        deserialize_u16 as "u16": visit_u16(u16);
        deserialize_u32 as "u32": visit_u32(u32);
        deserialize_u64 as "u64": visit_u64(u64);
        deserialize_u128 as "u128": visit_u128(u128);
        deserialize_f32 as "f32": visit_f32(f32);
        deserialize_f64 as "f64": visit_f64(f64);
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        "i8".clone_into(self.form);
        visitor.visit_i8(i8::try_from(self.found.next_number()).unwrap_or(1))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        "bool".clone_into(self.form);
        visitor.visit_bool(self.found.answer)
    }

    plain! {
        deserialize_char as "char": visit_char('c');
        deserialize_bytes as "bytes": visit_borrowed_bytes(b"bytes");
        deserialize_byte_buf as "bytes": visit_byte_buf(b"bytes".to_vec());
        deserialize_unit as "()": visit_unit();
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        "text".clone_into(self.form);
        visitor.visit_borrowed_str(self.found.text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.found.has_options {
            "option".clone_into(self.form);
            return visitor.visit_none();
        }
        let mut inner = String::new();
        let value = visitor.visit_some(Probe::new(self.found, &mut inner))?;
        *self.form = format!("option<{inner}>");
        Ok(value)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        name.clone_into(self.form);
        self.found.add_struct(name, Vec::new())?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        let mut inner = String::new();
        let value = visitor.visit_newtype_struct(Probe::new(self.found, &mut inner))?;
        name.clone_into(self.form);
        self.found.add_struct(name, numbered(&[inner]))?;
        Ok(value)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut inner = [String::new()];
        let value = visitor.visit_seq(Parts::new(self.found, &mut inner))?;
        *self.form = format!("list<{}>", inner.concat());
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let mut parts = vec![String::new(); len];
        let value = visitor.visit_seq(Parts::new(self.found, &mut parts))?;
        *self.form = tuple(&parts);
        Ok(value)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut parts = vec![String::new(); len];
        let value = visitor.visit_seq(Parts::new(self.found, &mut parts))?;
        name.clone_into(self.form);
        self.found.add_struct(name, numbered(&parts))?;
        Ok(value)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut pair = [String::new(), String::new()];
        let value = visitor.visit_map(Parts::new(self.found, &mut pair))?;
        *self.form = format!("map<{}>", pair.join(", "));
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut parts = vec![String::new(); fields.len()];
        let value = visitor.visit_seq(Parts::new(self.found, &mut parts))?;
        name.clone_into(self.form);
        self.found.add_struct(name, named(fields, &parts))?;
        Ok(value)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let index = self.found.next_variant(name, variants)?;
        let mut content = String::new();
        let value = visitor.visit_enum(Chosen { index, probe: Probe::new(self.found, &mut content) })?;
        name.clone_into(self.form);
        let line = format!("{}{content}", variants.get(index).copied().unwrap_or_default());
        self.found.add_variant(name, index, line);
        Ok(value)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(no_names())
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(no_names())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(no_names())
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

fn named(fields: &[&str], parts: &[String]) -> Vec<String> {
    fields.iter().zip(parts).map(|(name, part)| format!("{name}: {part}")).collect()
}

fn numbered(parts: &[String]) -> Vec<String> {
    parts.iter().enumerate().map(|(number, part)| format!("{number}: {part}")).collect()
}

/// `(u64, text)`, or `[u8; 32]` where all parts are the same.
fn tuple(parts: &[String]) -> String {
    match parts {
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|part| part == first) => {
            format!("[{first}; {}]", parts.len())
        }
        _ => format!("({})", parts.join(", ")),
    }
}

/// Gives one value for each part.
struct Parts<'a> {
    found: &'a mut Found,
    forms: slice::IterMut<'a, String>,
}

impl<'a> Parts<'a> {
    fn new(found: &'a mut Found, forms: &'a mut [String]) -> Self {
        Self { found, forms: forms.iter_mut() }
    }

    fn next<'de, S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        match self.forms.next() {
            Some(form) => seed.deserialize(Probe::new(self.found, form)).map(Some),
            None => Ok(None),
        }
    }
}

impl<'de> SeqAccess<'de> for Parts<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.next(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.forms.len())
    }
}

impl<'de> MapAccess<'de> for Parts<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.next(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.next(seed)?.ok_or_else(no_names)
    }
}

/// Gives one variant of an enum, and writes down what is in it.
struct Chosen<'a> {
    index: usize,
    probe: Probe<'a>,
}

impl<'de, 'a> EnumAccess<'de> for Chosen<'a> {
    type Error = Error;
    type Variant = Probe<'a>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Probe<'a>), Error> {
        let index = u32::try_from(self.index).map_err(Error::custom)?;
        Ok((seed.deserialize(U32Deserializer::<Error>::new(index))?, self.probe))
    }
}

impl<'de> VariantAccess<'de> for Probe<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        let mut inner = String::new();
        let value = seed.deserialize(Probe::new(self.found, &mut inner))?;
        *self.form = format!("({inner})");
        Ok(value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let mut parts = vec![String::new(); len];
        let value = visitor.visit_seq(Parts::new(self.found, &mut parts))?;
        *self.form = format!("({})", parts.join(", "));
        Ok(value)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        let mut parts = vec![String::new(); fields.len()];
        let value = visitor.visit_seq(Parts::new(self.found, &mut parts))?;
        *self.form = format!(" {{{}}}", named(fields, &parts).join(", "));
        Ok(value)
    }
}
