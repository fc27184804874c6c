//! What stands in a page that we made: its forms as a browser would send them, and its text.
//!
//! It reads what our templates write and no other HTML: every attribute in double quotes or without a value.

/// A tag with its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// The text up to the next tag.
    pub text: String,
}

/// A form as a browser would send it if nobody typed anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    pub id: String,
    pub method: String,
    pub fields: Vec<(String, String)>,
}

impl Tag {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(present, _)| present == name).map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }
}

/// All tags in order; those that close something begin with a slash.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((_, behind)) = rest.split_once('<') {
        let end = end_of_tag(behind);
        let (inside, after) = behind.split_at(end);
        let after = after.strip_prefix('>').unwrap_or(after);
        let text = after.split('<').next().unwrap_or_default();
        let mut words = inside.splitn(2, char::is_whitespace);
        let name = words.next().unwrap_or_default().to_lowercase();
        tags.push(Tag { name, attributes: attributes(words.next().unwrap_or_default()), text: unescaped(text) });
        rest = after;
    }
    tags
}

/// Where a tag ends: at the first `>` outside of quotes.
fn end_of_tag(text: &str) -> usize {
    let mut is_quoted = false;
    for (at, sign) in text.char_indices() {
        match sign {
            '"' => is_quoted = !is_quoted,
            '>' if !is_quoted => return at,
            _ => {}
        }
    }
    text.len()
}

fn attributes(mut text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        text = text.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '/');
        if text.is_empty() {
            return found;
        }
        let end = text.find(|sign: char| sign.is_whitespace() || sign == '=').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let Some(value) = rest.strip_prefix("=\"") else {
            found.push((name.to_owned(), String::new()));
            text = rest.strip_prefix('=').unwrap_or(rest);
            continue;
        };
        let (value, rest) = value.split_once('"').unwrap_or((value, ""));
        found.push((name.to_owned(), unescaped(value)));
        text = rest;
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// All forms of a page. A button outside of its form makes one more form, with its own address.
pub fn forms(html: &str) -> Vec<Form> {
    let tags = tags(html);
    let mut forms: Vec<Form> = Vec::new();
    let mut open = None;
    for (at, tag) in tags.iter().enumerate() {
        match tag.name.as_str() {
            "form" => {
                let of = |name: &str| tag.attribute(name).unwrap_or_default().to_owned();
                forms.push(Form { action: of("action"), id: of("id"), method: of("method"), fields: Vec::new() });
                open = Some(forms.len() - 1);
            }
            "/form" => open = None,
            "input" | "select" | "textarea" => {
                let owner = tag.attribute("form").and_then(|id| forms.iter().position(|form| form.id == id)).or(open);
                if let (Some(owner), Some(name)) = (owner, tag.attribute("name").filter(|_| !tag.has("disabled"))) {
                    let values = values(&tags[at..]);
                    forms[owner].fields.extend(values.into_iter().map(|value| (name.to_owned(), value)));
                }
            }
            _ => {}
        }
    }
    let by_button: Vec<Form> = tags.iter().filter_map(|tag| by_button(tag, &forms)).collect();
    forms.extend(by_button);
    forms
}

/// The form that a button sends to an address of its own.
fn by_button(tag: &Tag, forms: &[Form]) -> Option<Form> {
    let action = tag.attribute("formaction").filter(|_| tag.name == "button")?;
    let owner = forms.iter().find(|form| Some(form.id.as_str()) == tag.attribute("form"))?;
    let mut sent = Form { action: action.to_owned(), ..owner.clone() };
    if let (Some(name), Some(value)) = (tag.attribute("name"), tag.attribute("value")) {
        sent.fields.push((name.to_owned(), value.to_owned()));
    }
    Some(sent)
}

/// What the field sends with which these tags begin.
fn values(tags: &[Tag]) -> Vec<String> {
    let field = &tags[0];
    let value = |tag: &Tag| tag.attribute("value").unwrap_or_default().to_owned();
    match field.name.as_str() {
        "textarea" => vec![field.text.strip_prefix('\n').unwrap_or(&field.text).to_owned()],
        "select" => {
            let inside = tags.iter().take_while(|tag| tag.name != "/select");
            let options: Vec<&Tag> = inside.filter(|tag| tag.name == "option").collect();
            let chosen: Vec<String> = options.iter().filter(|tag| tag.has("selected")).map(|tag| value(tag)).collect();
            if chosen.is_empty() && !field.has("multiple") {
                return options.first().map(|tag| value(tag)).into_iter().collect();
            }
            chosen
        }
        _ => match field.attribute("type") {
            Some("checkbox" | "radio") => {
                let sent = field.attribute("value").unwrap_or("on").to_owned();
                if field.has("checked") { vec![sent] } else { Vec::new() }
            }
            Some("submit" | "button" | "image" | "reset" | "file") => Vec::new(),
            _ => vec![value(field)],
        },
    }
}

/// The text that people see, in one line.
pub fn text(html: &str) -> String {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let mut seen = String::new();
    let mut is_hidden = false;
    for tag in tags(&format!("<body{body}")) {
        match tag.name.as_str() {
            "script" | "style" | "svg" | "template" => is_hidden = true,
            "/script" | "/style" | "/svg" | "/template" => is_hidden = false,
            _ => {}
        }
        if !is_hidden {
            seen.push_str(&tag.text);
            seen.push(' ');
        }
    }
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_form_is_read_as_a_browser_would_send_it() {
    let page = r#"<html><head><title>T</title></head><body class="a > b"><h1>Shop &amp; more</h1>
        <form method="post" action="/g/5/shop"><input type="hidden" name="csrf" value="t&quot;k">
        <input name="price" value="5" required><input type="checkbox" name="open" value="yes" checked>
        <input type="checkbox" name="loud" value="yes"><select name="line"><option value="free">Free</option>
        <option value="skip" selected>Skip</option></select><textarea name="about">
One &lt;b&gt;</textarea><button type="submit">Save</button></form><form id="acts" method="post" action="">
        <input type="hidden" name="csrf" value="k"></form>
        <button form="acts" formaction="/g/5/next" name="song" value="7">Next</button><script>var no</script></body>"#;
    let forms = forms(page);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        forms[0].fields,
        [pair("csrf", "t\"k"), pair("price", "5"), pair("open", "yes"), pair("line", "skip"), pair("about", "One <b>")]
    );
    assert_eq!((forms[0].action.as_str(), forms.len()), ("/g/5/shop", 3));
    assert_eq!(
        (forms[2].action.as_str(), &forms[2].fields),
        ("/g/5/next", &vec![pair("csrf", "k"), pair("song", "7")])
    );
    assert_eq!(text(page), "Shop & more Free Skip One <b> Save Next");
}
