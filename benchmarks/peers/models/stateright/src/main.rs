// The round core: rounds M N paper|hardened I1|I2|both
use stateright::{report::WriteReporter, Checker, Model, Property};
const R: u8 = 3;
#[derive(Clone)]
struct Round { m: usize, n: usize, paper: bool, claim: String }
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct S { round: u8, rem: i16, tj: Vec<u8> }
#[derive(Clone, Debug, PartialEq)]
enum A { StartRound, UpdateTJ { sub: usize, co: usize, hash_of: u8 } }
fn picked(i: usize, r: u8) -> bool { r > 0 && i % 2 == (r as usize + 1) % 2 }
impl Round {
    fn missing(&self, s: &S) -> i16 {
        (0..self.m * self.n).filter(|p| picked(p / self.n, s.round) && s.tj[*p] == 0).count() as i16
    }
}
impl Model for Round {
    type State = S;
    type Action = A;
    fn init_states(&self) -> Vec<S> { vec![S { round: 0, rem: 0, tj: vec![0; self.m * self.n] }] }
    fn actions(&self, s: &S, out: &mut Vec<A>) {
        if s.round < R && (self.paper || s.rem == 0) { out.push(A::StartRound) }
        for sub in (0..self.m).filter(|i| picked(*i, s.round)) {
            for co in 0..self.n {
                if !(self.paper || s.tj[sub * self.n + co] == 0) { continue }
                out.push(A::UpdateTJ { sub, co, hash_of: co as u8 + 1 });
                for k in (0..self.n).filter(|k| *k != co && s.tj[sub * self.n + *k] != 0) {
                    out.push(A::UpdateTJ { sub, co, hash_of: s.tj[sub * self.n + k] });
                }
            }
        }
    }
    fn next_state(&self, s: &S, a: A) -> Option<S> {
        let mut t = s.clone();
        match a {
            A::StartRound => {
                t.round += 1;
                t.rem = 0;
                for p in 0..self.m * self.n { if picked(p / self.n, t.round) { t.tj[p] = 0; t.rem += 1 } }
            }
            A::UpdateTJ { sub, co, hash_of } => { t.tj[sub * self.n + co] = hash_of; t.rem -= 1 }
        }
        Some(t)
    }
    fn properties(&self) -> Vec<Property<Self>> {
        let i1 = Property::always("I1 rem = selected TJs not yet updated", |m: &Round, s: &S| s.rem == m.missing(s));
        let i2 = Property::always("I2 round complete => all updated", |m: &Round, s: &S| s.rem != 0 || m.missing(s) == 0);
        match self.claim.as_str() { "I1" => vec![i1], "I2" => vec![i2], _ => vec![i1, i2] }
    }
    fn within_boundary(&self, s: &S) -> bool { s.rem > -200 }
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let m = Round { m: a[1].parse().unwrap(), n: a[2].parse().unwrap(), paper: a[3] == "paper", claim: a[4].clone() };
    m.checker().threads(2).spawn_bfs().join().report(&mut WriteReporter::new(&mut std::io::stdout()));
}
