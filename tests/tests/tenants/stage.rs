//! A platform with its houses.

use campanile_tests::{Options, Platform};

use crate::{
    both::Both,
    dice::Dice,
    house::House,
    register::{HOUSES, Register},
    routes::{self, Route},
};

pub(crate) struct Stage {
    /// Stops when this is dropped.
    _platform: Platform,
    pub(crate) authority: String,
    pub(crate) register: Register,
    pub(crate) houses: [House; HOUSES],
    pub(crate) routes: Vec<Route>,
    pub(crate) both: Both,
}

impl Stage {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let environment = vec![("CAMPANILE_WORKERS", "2".to_owned())];
        let platform = Platform::spawn_with(Options { environment, ..Options::default() }).unwrap();
        let register = Register::default();
        let houses = [0, 1, 2].map(|number| House::found(&platform, &register, number, dice));
        let both = Both::join(&platform, [&houses[0], &houses[1]], &register);
        let routes = routes::listed(&platform);
        Self { authority: platform.authority.clone(), _platform: platform, register, houses, routes, both }
    }

    /// The house whose things another one uses: mostly the rival.
    pub(crate) fn another(&self, than: &House, dice: &mut Dice) -> &House {
        match than.number {
            2 => &self.houses[dice.below(2)],
            number => {
                if dice.percent(95) {
                    &self.houses[1 - number]
                } else {
                    &self.houses[2]
                }
            }
        }
    }
}
