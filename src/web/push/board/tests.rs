//! Whatever changes, is drawn, is noticed late, breaks off and comes back: in the end everybody sees what is so.

use std::collections::VecDeque;

use maud::html;
use proptest::prelude::*;

use super::*;
use crate::web::access::Who;

const HERE: GuildId = GuildId::new(5);
const ELSEWHERE: GuildId = GuildId::new(6);
const QUEUE: Topic = Topic::new("test.queue");
const COINS: Topic = Topic::new("test.coins");
const TOPICS: [Topic; 2] = [QUEUE, COINS];

static BOARD: Region = region("test.board", &[QUEUE]);
static SUMS: Region = region("test.sums", &[COINS]);
static BOTH: Region = region("test.both", &[QUEUE, COINS]);
static REGIONS: [&Region; 3] = [&BOARD, &SUMS, &BOTH];

const fn region(name: &'static str, topics: &'static [Topic]) -> Region {
    Region { name, topics, who: Who::Viewer, draw: |_| Ok(html! {}) }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn changed(board: &mut Board, topic: Topic) {
    board.hear(Change { topic, guild: HERE });
}

/// Draws what is due, and tells which parts that was.
fn draw(board: &mut Board, now: Timestamp, form: &str) -> Vec<&'static str> {
    let (jobs, _) = board.take(now);
    let mut names = Vec::new();
    for Job { guild, revision, parts } in jobs {
        names.extend(parts.iter().map(|part| part.key().1));
        let drawn = parts.into_iter().map(|part| (part, Drawn::Form(form.to_owned()))).collect();
        board.finish(guild, revision, drawn, now);
    }
    names
}

fn form_of(place: &Place) -> Option<(u64, u64)> {
    place.borrow().as_ref().map(|frame| (frame.revision, frame.form))
}

#[test]
fn the_first_change_is_drawn_at_once_and_the_next_ones_together_a_quarter_of_a_second_later() {
    let mut board = Board::new();
    let (place, _) = board.watch(HERE, Part::Region(&BOARD), board.revision());
    assert!(draw(&mut board, at(0), "a").is_empty(), "nothing changed");
    changed(&mut board, QUEUE);
    assert_eq!(draw(&mut board, at(1_000), "a"), ["test.board"]);
    changed(&mut board, QUEUE);
    changed(&mut board, QUEUE);
    let (jobs, next) = board.take(at(1_100));
    assert!(jobs.is_empty());
    assert_eq!(next, Some(at(1_250)));
    assert_eq!(draw(&mut board, at(1_250), "b"), ["test.board"]);
    assert!(draw(&mut board, at(1_500), "c").is_empty(), "nothing changed since");
    assert_eq!(form_of(&place), Some((board.revision(), 2)));
}

#[test]
fn what_nobody_watches_is_not_drawn_and_what_did_not_change_is_not_either() {
    let mut board = Board::new();
    let now = board.revision();
    let (watched, _) = board.watch(HERE, Part::Region(&BOARD), now);
    let (_elsewhere, _) = board.watch(ELSEWHERE, Part::Region(&BOARD), now);
    let (left, _) = board.watch(HERE, Part::Region(&BOTH), now);
    drop(left);
    changed(&mut board, QUEUE);
    assert_eq!(draw(&mut board, at(0), "a"), ["test.board"]);
    changed(&mut board, COINS);
    assert!(draw(&mut board, at(1_000), "b").is_empty());
    drop(watched);
    changed(&mut board, QUEUE);
    assert!(draw(&mut board, at(2_000), "c").is_empty());
}

#[test]
fn a_server_is_drawn_by_one_at_a_time_and_others_meanwhile() {
    let mut board = Board::new();
    let now = board.revision();
    let places = [(HERE, &BOARD), (HERE, &SUMS), (ELSEWHERE, &SUMS)]
        .map(|(guild, region)| board.watch(guild, Part::Region(region), now));
    changed(&mut board, QUEUE);
    let (first, _) = board.take(at(0));
    assert_eq!(first.len(), 1);
    changed(&mut board, COINS);
    board.hear(Change { topic: COINS, guild: ELSEWHERE });
    let (second, _) = board.take(at(0));
    assert_eq!(second.iter().map(|job| job.guild).collect::<Vec<_>>(), [ELSEWHERE]);
    for job in first {
        let drawn = job.parts.into_iter().map(|part| (part, Drawn::Form(String::new()))).collect();
        board.finish(job.guild, job.revision, drawn, at(0));
    }
    assert_eq!(draw(&mut board, at(0), "a"), ["test.sums"]);
    drop(places);
}

#[test]
fn whoever_comes_with_an_old_revision_gets_the_present_form_and_whoever_has_it_gets_nothing() {
    let mut board = Board::new();
    let before = board.revision();
    changed(&mut board, QUEUE);
    let (old, known) = board.watch(HERE, Part::Region(&BOARD), before);
    assert_eq!((known, form_of(&old)), (before, None));
    assert_eq!(draw(&mut board, at(0), "a"), ["test.board"], "though nothing changes any more");
    assert_eq!(form_of(&old), Some((board.revision(), 1)));
    // The next one finds it there.
    let (next, known) = board.watch(HERE, Part::Region(&BOARD), before);
    assert_eq!((known, form_of(&next)), (before, Some((board.revision(), 1))));
    let (present, known) = board.watch(HERE, Part::Region(&BOARD), board.revision());
    assert_eq!(known, board.revision());
    assert!(draw(&mut board, at(1_000), "b").is_empty());
    drop(present);
    // Who knows nothing gets also what never changed in this process.
    let (_sums, _) = board.watch(HERE, Part::Region(&SUMS), 0);
    assert_eq!(draw(&mut board, at(1_000), "b"), ["test.sums"]);
}

#[test]
fn what_looks_the_same_is_the_same_form_and_a_hint_is_another_one_each_time() {
    let mut board = Board::new();
    let (place, _) = board.watch(HERE, Part::Region(&BOARD), board.revision());
    for (millis, form) in [(0, "a"), (1_000, "a"), (2_000, "b")] {
        changed(&mut board, QUEUE);
        draw(&mut board, at(millis), form);
    }
    assert_eq!(form_of(&place), Some((board.revision(), 2)));
    let bytes = place.borrow().as_ref().unwrap().bytes.clone();
    assert_eq!(bytes, "event: region\ndata: {\"html\":\"b\",\"region\":\"test.board.5\",\"revision\":4}\n\n");
    let (hints, _) = board.watch(HERE, Part::Topic(COINS), board.revision());
    for form in 1..=2 {
        changed(&mut board, COINS);
        let (jobs, _) = board.take(at(10_000 * i64::try_from(form).unwrap()));
        let [job] = jobs.as_slice() else { panic!("one server") };
        let drawn = job.parts.iter().map(|part| (*part, Drawn::Changed)).collect();
        board.finish(job.guild, job.revision, drawn, at(0));
        assert_eq!(form_of(&hints), Some((board.revision(), form)));
    }
    let bytes = hints.borrow().as_ref().unwrap().bytes.clone();
    assert_eq!(bytes, "event: hint\ndata: {\"guild_id\":\"5\",\"topic\":\"test.coins\"}\n\n");
}

#[test]
fn what_may_take_rights_away_does_not_rest() {
    let mut board = Board::new();
    let (guard, _) = board.watch(HERE, Part::Guard(COINS), board.revision());
    for form in 1..=3 {
        changed(&mut board, COINS);
        let (jobs, _) = board.take(at(0));
        let [job] = jobs.as_slice() else { panic!("it is drawn at once") };
        let drawn = job.parts.iter().map(|part| (*part, Drawn::Changed)).collect();
        board.finish(job.guild, job.revision, drawn, at(0));
        assert_eq!(form_of(&guard), Some((board.revision(), form)));
    }
}

#[test]
fn what_cannot_be_drawn_is_tried_again_a_while_later() {
    let mut board = Board::new();
    let (place, _) = board.watch(HERE, Part::Region(&BOARD), board.revision());
    changed(&mut board, QUEUE);
    let (jobs, _) = board.take(at(0));
    for job in jobs {
        let drawn = job.parts.into_iter().map(|part| (part, Drawn::Failed)).collect();
        board.finish(job.guild, job.revision, drawn, at(0));
    }
    let (jobs, next) = board.take(at(1_000));
    assert!(jobs.is_empty() && form_of(&place).is_none());
    assert_eq!(next, Some(at(5_000)));
    assert_eq!(draw(&mut board, at(5_000), "a"), ["test.board"]);
}

#[test]
fn whoever_may_have_missed_something_counts_everything_as_changed() {
    let mut board = Board::new();
    let (_place, _) = board.watch(HERE, Part::Region(&BOARD), board.revision());
    let before = board.revision();
    board.hear_anything();
    assert!(board.changed_at(HERE, &[COINS]) > before && board.changed_at(ELSEWHERE, &[QUEUE]) > before);
    assert_eq!(draw(&mut board, at(0), "a"), ["test.board"]);
}

#[test]
fn what_changes_everywhere_is_new_wherever_it_is_watched_and_to_whoever_comes_later() {
    let mut board = Board::new();
    let before = board.revision();
    assert!(!board.is_watched(COINS));
    let places = [HERE, ELSEWHERE].map(|guild| board.watch(guild, Part::Topic(COINS), before));
    let (_other, _) = board.watch(HERE, Part::Topic(QUEUE), before);
    assert!(board.is_watched(COINS));
    board.hear_everywhere(COINS);
    let (jobs, _) = board.take(at(0));
    let parts: Vec<usize> = jobs.iter().map(|job| job.parts.len()).collect();
    assert_eq!(parts, [1, 1], "and nothing else is");
    assert!(board.changed_at(GuildId::new(99), &[COINS]) > before);
    drop(places);
    assert!(!board.is_watched(COINS));
}

#[test]
fn the_memory_of_changes_is_bounded() {
    let mut board = Board::new();
    for guild in 0..=MOST_CHANGED as u64 {
        board.hear(Change { topic: QUEUE, guild: GuildId::new(guild) });
    }
    assert!(board.changes.of_servers.len() <= 1);
    assert_eq!(board.changed_at(GuildId::new(1), &[COINS]), board.revision(), "nobody is told too little");
}

/// What happens in the model.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Something is committed; it is heard of later.
    Commit(usize),
    /// The next thing that was committed is heard of.
    Hear,
    /// So much came at once that something was missed.
    Lag,
    /// Somebody opens a page: it is made from a snapshot, and their stream opens some steps later.
    Open(usize),
    /// Their stream opens.
    Connect(usize),
    /// Somebody takes what there is for them.
    Read(usize),
    /// A connection breaks; it comes back with the revision that it was told last.
    Break(usize),
    /// The snapshot of what is being drawn is taken.
    Look,
    /// What was being drawn is finished.
    Finish,
    /// The next things are drawn.
    Draw,
    /// Time passes.
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let person = 0..PEOPLE;
    let step = prop_oneof![
        4 => (0..TOPICS.len()).prop_map(Step::Commit),
        4 => Just(Step::Hear),
        1 => Just(Step::Lag),
        2 => person.clone().prop_map(Step::Open),
        3 => person.clone().prop_map(Step::Connect),
        3 => person.clone().prop_map(Step::Read),
        2 => person.prop_map(Step::Break),
        3 => Just(Step::Look),
        3 => Just(Step::Finish),
        4 => Just(Step::Draw),
        2 => (0_i64..400).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 0..200)
}

const PEOPLE: usize = 3;
/// What counts of each topic.
type Values = [u64; 2];

/// What a region shows of that.
fn shown(region: &Region, values: Values) -> String {
    let of = |topic: &Topic| TOPICS.iter().position(|known| known == topic).unwrap();
    region.topics.iter().map(|topic| values[of(topic)].to_string()).collect::<Vec<_>>().join(" ")
}

/// Somebody with an open page.
#[derive(Default)]
struct Person {
    /// What is on it.
    sees: [String; 3],
    /// The revision that they come with: of the page, or what they were told last.
    last: Option<u64>,
    stream: Vec<(Place, u64, Option<u64>)>,
}

impl Person {
    fn connect(&mut self, board: &mut Board) {
        let Some(since) = self.last else { return };
        self.stream = REGIONS
            .map(|region| board.watch(HERE, Part::Region(region), since))
            .map(|(place, known)| (place, known, None))
            .into();
    }

    /// As the stream does it.
    fn read(&mut self, board: &Board) {
        for ((place, known, form), sees) in self.stream.iter_mut().zip(&mut self.sees) {
            let Some(frame) = place.borrow_and_update().clone().filter(|frame| frame.revision > *known) else {
                continue;
            };
            *known = frame.revision;
            if form.replace(frame.form) != Some(frame.form) {
                let data = std::str::from_utf8(&frame.bytes).unwrap().lines().nth(1).unwrap().to_owned();
                let data: serde_json::Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
                data["html"].as_str().unwrap().clone_into(sees);
            }
        }
        if !self.stream.is_empty() {
            let parts = REGIONS.into_iter().zip(&self.stream);
            self.last =
                Some(board.caught_up(parts.map(|(region, (_, known, _))| (HERE, Part::Region(region), *known))));
        }
    }
}

struct Model {
    board: Board,
    now: i64,
    values: Values,
    unheard: VecDeque<Topic>,
    people: [Person; PEOPLE],
    drawing: Vec<(Job, Option<Values>)>,
}

impl Model {
    fn new() -> Self {
        Self {
            board: Board::new(),
            now: 0,
            values: [0; 2],
            unheard: VecDeque::new(),
            people: std::array::from_fn(|_| Person::default()),
            drawing: Vec::new(),
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Commit(topic) => {
                self.values[topic] += 1;
                self.unheard.push_back(TOPICS[topic]);
            }
            Step::Hear => {
                if let Some(topic) = self.unheard.pop_front() {
                    changed(&mut self.board, topic);
                }
            }
            Step::Lag => {
                self.unheard.clear();
                self.board.hear_anything();
            }
            Step::Open(person) => {
                let last = Some(self.board.revision());
                let sees = REGIONS.map(|region| shown(region, self.values));
                self.people[person] = Person { sees, last, stream: Vec::new() };
            }
            Step::Connect(person) => {
                if self.people[person].stream.is_empty() {
                    self.people[person].connect(&mut self.board);
                }
            }
            Step::Read(person) => self.people[person].read(&self.board),
            Step::Break(person) => self.people[person].stream.clear(),
            Step::Look => self.drawing.iter_mut().for_each(|(_, seen)| *seen = seen.or(Some(self.values))),
            Step::Finish => {
                if let Some((Job { guild, revision, parts }, seen)) = self.drawing.pop() {
                    let values = seen.unwrap_or(self.values);
                    let drawn = parts.into_iter().map(|part| (part, Drawn::Form(form(part, values)))).collect();
                    self.board.finish(guild, revision, drawn, at(self.now));
                }
            }
            Step::Draw => {
                let (jobs, _) = self.board.take(at(self.now));
                self.drawing.extend(jobs.into_iter().map(|job| (job, None)));
            }
            Step::Wait(millis) => self.now += millis,
        }
        assert!(self.drawing.len() <= 1, "a server is drawn by two");
    }

    /// Everything that is still to come, comes.
    fn come_to_rest(&mut self) {
        while !self.unheard.is_empty() {
            self.step(Step::Hear);
        }
        for person in 0..PEOPLE {
            self.step(Step::Connect(person));
        }
        for _ in 0..6 {
            for step in [Step::Wait(1_000), Step::Finish, Step::Draw, Step::Look, Step::Finish] {
                self.step(step);
            }
        }
        for person in 0..PEOPLE {
            self.step(Step::Read(person));
        }
    }
}

fn form(part: Part, values: Values) -> String {
    match part {
        Part::Region(region) => shown(region, values),
        Part::Topic(_) | Part::Guard(_) | Part::Activities | Part::Songs => String::new(),
    }
}

proptest! {
    #[test]
    fn whatever_happens_in_whichever_order_all_pages_show_what_is_so_in_the_end(steps in steps()) {
        let mut model = Model::new();
        for step in steps {
            model.step(step);
        }
        model.come_to_rest();
        let present = REGIONS.map(|region| shown(region, model.values));
        for person in model.people.iter().filter(|person| person.last.is_some()) {
            prop_assert_eq!(&person.sees, &present);
            prop_assert_eq!(person.last, Some(model.board.revision()));
        }
    }
}
