//! Time zones as people type them: by their name, their city or a distance from UTC.

use super::{Zone, names};
use crate::kernel::time::Timestamp;

/// Large cities after which no zone is named, each with one that counts there.
const CITIES: &[(&str, &str)] = &[
    ("Africa/Cairo", "alexandria|giza"),
    ("Africa/Johannesburg", "cape town|durban|pretoria"),
    ("Africa/Lagos", "abuja"),
    (
        "America/Chicago",
        "austin|dallas|houston|memphis|milwaukee|minneapolis|nashville|new orleans|san antonio|st louis",
    ),
    ("America/Denver", "albuquerque|colorado springs|salt lake city"),
    ("America/Edmonton", "calgary"),
    (
        "America/Los_Angeles",
        "hollywood|la|las vegas|oakland|portland|sacramento|san diego|san francisco|san jose|seattle",
    ),
    ("America/Mexico_City", "guadalajara|puebla"),
    ("America/New_York", "atlanta|baltimore|boston|charlotte|cleveland|miami|new york city|nyc|orlando|philadelphia"),
    ("America/New_York", "pittsburgh|tampa|washington"),
    ("America/Sao_Paulo", "belo horizonte|brasilia|curitiba|porto alegre|rio|rio de janeiro"),
    ("America/Toronto", "ottawa|quebec"),
    ("Asia/Dubai", "abu dhabi"),
    ("Asia/Ho_Chi_Minh", "hanoi"),
    ("Asia/Jerusalem", "haifa"),
    ("Asia/Karachi", "islamabad|lahore"),
    ("Asia/Kolkata", "ahmedabad|bangalore|bengaluru|chennai|delhi|hyderabad|mumbai|new delhi|pune"),
    ("Asia/Riyadh", "jeddah|mecca"),
    ("Asia/Seoul", "busan"),
    ("Asia/Shanghai", "beijing|guangzhou|shenzhen|wuhan"),
    ("Asia/Tokyo", "kyoto|nagoya|osaka|sapporo|yokohama"),
    ("Australia/Sydney", "canberra|newcastle"),
    ("Europe/Amsterdam", "den haag|eindhoven|rotterdam|the hague|utrecht"),
    ("Europe/Athens", "thessaloniki"),
    ("Europe/Berlin", "bonn|bremen|cologne|dortmund|dresden|duesseldorf|dusseldorf|essen|frankfurt|hamburg|hannover"),
    ("Europe/Berlin", "hanover|karlsruhe|kiel|koeln|koln|leipzig|mannheim|muenchen|munchen|munich|munster|nuernberg"),
    ("Europe/Berlin", "nuremberg|nurnberg|stuttgart"),
    ("Europe/Brussels", "antwerp|bruxelles|ghent"),
    ("Europe/Copenhagen", "aarhus|kobenhavn"),
    ("Europe/Istanbul", "ankara|istanbul|izmir"),
    ("Europe/Kyiv", "kharkiv|lviv|odesa|odessa"),
    ("Europe/Lisbon", "lisboa|porto"),
    ("Europe/London", "birmingham|bristol|cardiff|edinburgh|glasgow|leeds|liverpool|manchester|sheffield"),
    ("Europe/Madrid", "barcelona|bilbao|malaga|sevilla|seville|valencia"),
    ("Europe/Moscow", "saint petersburg|st petersburg"),
    ("Europe/Oslo", "bergen"),
    ("Europe/Paris", "bordeaux|lille|lyon|marseille|nice|strasbourg|toulouse"),
    ("Europe/Prague", "brno|praha"),
    ("Europe/Rome", "bologna|florence|milan|milano|naples|napoli|roma|turin|venice"),
    ("Europe/Stockholm", "goteborg|gothenburg|malmo"),
    ("Europe/Vienna", "graz|innsbruck|linz|salzburg|wien"),
    ("Europe/Warsaw", "gdansk|krakow|lodz|poznan|warszawa|wroclaw"),
    ("Europe/Zurich", "basel|bern|geneva|geneve|lausanne|zuerich"),
    ("Pacific/Auckland", "christchurch|wellington"),
];

impl Zone {
    /// The one zone that somebody means: by its name (`Europe/Berlin`, also with the clock that is offered behind it), by its
    /// city with or without accents (`Zürich`, `new york`), or by a distance from UTC (`UTC+2`, `-05:30`).
    pub fn typed(typed: &str) -> Option<Self> {
        let typed = typed.split('·').next().unwrap_or(typed).trim();
        Self::named(typed).or_else(|| Self::of_city(&folded(typed)))
    }

    /// The zones whose name, cities or present clock contain what was typed, each as it is offered: `Europe/Berlin · 21:00`.
    pub fn like(typed: &str, now: Timestamp) -> Vec<(Self, String)> {
        let typed = folded(typed);
        let shown = Self::all().filter_map(|zone| {
            let shown = format!("{zone} · {}", zone.local(now)?.strftime("%H:%M"));
            Some((zone, shown))
        });
        shown.filter(|(zone, shown)| folded(shown).contains(&typed) || zone.has_city_like(&typed)).collect()
    }

    /// The zone whose clock shows this time now, to a quarter of an hour: a distance from UTC.
    pub fn by_clock(typed: &str, now: Timestamp) -> Option<Self> {
        const DAY: i32 = 24 * 60;
        let (hour, minute) = typed.trim().split_once(':')?;
        let (hour, minute) = (number(hour).filter(|hour| *hour < 24)?, number(minute).filter(|minute| *minute < 60)?);
        let utc = Self::UTC.local(now)?;
        let ahead = hour * 60 + minute - i32::from(utc.hour()) * 60 - i32::from(utc.minute());
        // It is 13 hours later in New Zealand's summer, and nowhere 11 hours earlier where many live.
        let ahead = (ahead.rem_euclid(DAY) + 7) / 15 * 15;
        Self::ahead_of_utc(if ahead > 13 * 60 { ahead - DAY } else { ahead })
    }

    /// The one zone that somebody means who may also say what their clock shows now, or a part of what one zone alone is called.
    pub fn meant(typed: &str, now: Timestamp) -> Option<Self> {
        let only = || match Self::like(typed, now).as_slice() {
            [(zone, _)] => Some(zone.clone()),
            _ => None,
        };
        Self::typed(typed).or_else(|| Self::by_clock(typed, now)).or_else(only)
    }

    fn of_city(city: &str) -> Option<Self> {
        let listed = CITIES.iter().find(|(_, cities)| cities.split('|').any(|listed| listed == city));
        let is_named_so = |name: &String| name.rsplit('/').next().is_some_and(|last| folded(last) == city);
        let name = listed.map(|(name, _)| (*name).to_owned()).or_else(|| names().find(is_named_so));
        Self::named(&name?)
    }

    fn has_city_like(&self, typed: &str) -> bool {
        let name = self.to_string();
        CITIES.iter().any(|(zone, cities)| *zone == name && cities.split('|').any(|city| city.contains(typed)))
    }
}

/// A distance from UTC: `UTC+2`, `GMT-5`, `+02:00`, `+0530`.
pub(super) fn distance(typed: &str) -> Option<Zone> {
    let typed = typed.trim().to_lowercase();
    let rest = typed.strip_prefix("utc").or(typed.strip_prefix("gmt")).unwrap_or(&typed).trim_start();
    let (sign, ahead) = match rest.strip_prefix('+') {
        Some(ahead) => (1, ahead),
        None => (-1, rest.strip_prefix(['-', '−'])?),
    };
    let (hours, minutes) = match ahead.split_once(':') {
        Some(parts) => parts,
        None if ahead.len() == 4 => ahead.split_at_checked(2)?,
        None => (ahead, "00"),
    };
    let is_quarter = |minutes: &i32| matches!(minutes, 0 | 15 | 30 | 45);
    let minutes = number(minutes).filter(is_quarter)?;
    Zone::ahead_of_utc(sign * (number(hours)? * 60 + minutes))
}

/// A number of one or two digits.
fn number(digits: &str) -> Option<i32> {
    let is_number = digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// A name without capitals and accents, and with blanks between its words.
fn folded(name: &str) -> String {
    let is_accent = |letter: &char| matches!(letter, '\u{300}'..='\u{36f}');
    name.trim().to_lowercase().chars().filter(|letter| !is_accent(letter)).map(plain).collect()
}

/// The letter under an accent.
const fn plain(letter: char) -> char {
    match letter {
        '_' => ' ',
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of the zone that is meant.
    fn meant(typed: &str) -> Option<String> {
        Zone::typed(typed).map(|zone| zone.to_string())
    }

    #[test]
    fn a_city_is_known_with_and_without_accents() {
        for (typed, zone) in [
            ("Berlin", "Europe/Berlin"),
            ("München", "Europe/Berlin"),
            ("munchen", "Europe/Berlin"),
            ("Mu\u{308}nchen", "Europe/Berlin"),
            ("KÖLN", "Europe/Berlin"),
            ("Zürich", "Europe/Zurich"),
            ("zurich", "Europe/Zurich"),
            ("Zuerich", "Europe/Zurich"),
            ("São Paulo", "America/Sao_Paulo"),
            ("new york", "America/New_York"),
            ("San Francisco", "America/Los_Angeles"),
            ("delhi", "Asia/Kolkata"),
            ("İstanbul", "Europe/Istanbul"),
            (" Europe/Berlin · 21:00 ", "Europe/Berlin"),
            ("america/new_york · 15:00", "America/New_York"),
            ("utc", "UTC"),
        ] {
            assert_eq!(meant(typed).as_deref(), Some(zone), "{typed}");
        }
        for typed in ["", "·", "Atlantis", "america", "Factory", "posixrules", "sao", "*"] {
            assert_eq!(meant(typed), None, "{typed}");
        }
        for (zone, cities) in CITIES {
            assert!(Zone::named(zone).is_some(), "{zone}");
            assert!(cities.split('|').all(|city| folded(city) == city), "{cities}");
        }
    }

    #[test]
    fn a_distance_from_utc_is_read_in_any_form() {
        for (typed, zone) in [
            ("UTC+2", "UTC+02:00"),
            ("utc +02:00", "UTC+02:00"),
            ("+02:00", "UTC+02:00"),
            ("+0200", "UTC+02:00"),
            ("+2", "UTC+02:00"),
            ("GMT-5", "UTC-05:00"),
            ("gmt−5", "UTC-05:00"),
            ("UTC+5:45", "UTC+05:45"),
            ("UTC-00:00", "UTC"),
            ("UTC+14", "UTC+14:00"),
            ("Etc/GMT+5", "Etc/GMT+5"),
        ] {
            assert_eq!(meant(typed).as_deref(), Some(zone), "{typed}");
        }
        for typed in ["UTC+15", "UTC-13", "+2h", "+", "UTC+", "+002", "+5:07", "+02:0x", "2", "UTC+-2", "++2", "+٢"] {
            assert_eq!(meant(typed), None, "{typed}");
        }
    }

    #[test]
    fn zones_are_offered_by_name_city_and_clock() {
        let now = Timestamp::from_rfc3339("2026-11-21T20:00:00Z").unwrap();
        let shown = |typed: &str| Zone::like(typed, now).into_iter().map(|(_, shown)| shown).collect::<Vec<_>>();
        assert_eq!(shown("berlin"), ["Europe/Berlin · 21:00"]);
        assert_eq!(shown("Münch"), ["Europe/Berlin · 21:00"]);
        assert_eq!(shown(" New York "), ["America/New_York · 15:00"]);
        assert_eq!(shown("Europe/Berlin · 21:00"), ["Europe/Berlin · 21:00"]);
        assert!(shown("01:45").iter().all(|shown| shown.starts_with("Asia/Ka")), "{:?}", shown("01:45"));
        assert!(shown("").len() > 400 && shown("atlantis").is_empty());
    }

    #[test]
    fn a_clock_tells_how_far_from_utc_it_is() {
        let now = Timestamp::from_rfc3339("2026-11-21T20:00:30Z").unwrap();
        for (typed, zone) in [
            ("21:00", "UTC+01:00"),
            ("20:58", "UTC+01:00"),
            ("21:04", "UTC+01:00"),
            ("20:00", "UTC"),
            ("15:00", "UTC-05:00"),
            ("01:45", "UTC+05:45"),
            ("9:00", "UTC+13:00"),
            ("10:00", "UTC-10:00"),
        ] {
            assert_eq!(Zone::by_clock(typed, now).map(|zone| zone.to_string()).as_deref(), Some(zone), "{typed}");
        }
        for typed in ["", "21", "24:00", "21:60", "21:5x", "nine"] {
            assert_eq!(Zone::by_clock(typed, now), None, "{typed}");
        }
    }
}
