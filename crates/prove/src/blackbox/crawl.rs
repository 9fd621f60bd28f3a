//! Which addresses are read, in which order: the nearest first, each once, a bounded number.

use std::collections::{HashSet, VecDeque};

/// Pages that are read.
const MOST_PAGES: usize = 80;
/// Addresses that are remembered.
const MOST_ADDRESSES: usize = 2000;
/// Of one route so many pages: a list of a thousand orders is one page, and one order.
const MOST_OF_ROUTE: usize = 3;
/// Words in addresses that end what is going on where reading them is enough.
const ENDING: &[&str] = &["logout", "log-out", "log_out", "signout", "sign-out", "sign_out"];

/// Addresses that are still to be read.
#[derive(Default, Debug)]
pub(crate) struct Frontier {
    waiting: VecDeque<String>,
    seen: HashSet<String>,
    of_route: std::collections::HashMap<(String, String), usize>,
    read: usize,
}

impl Frontier {
    /// Notes an address, of the route with this name. Whether it is new.
    pub(crate) fn add(&mut self, link: &str, route: (String, String)) -> bool {
        let lower = link.to_ascii_lowercase();
        let is_ending = ENDING.iter().any(|word| lower.contains(word));
        if is_ending || self.seen.len() >= MOST_ADDRESSES || !self.seen.insert(link.to_owned()) {
            return false;
        }
        let count = self.of_route.entry(route).or_default();
        *count += 1;
        if *count <= MOST_OF_ROUTE {
            self.waiting.push_back(link.to_owned());
        }
        true
    }

    /// The address to read next.
    pub(crate) fn next(&mut self) -> Option<String> {
        if self.read >= MOST_PAGES {
            return None;
        }
        self.read += 1;
        self.waiting.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_read_once_and_few_of_a_route() {
        let mut frontier = Frontier::default();
        let route = || ("GET".to_owned(), "/orders/{id}".to_owned());
        for number in 0..10 {
            frontier.add(&format!("/orders/{number}"), route());
            assert!(!frontier.add(&format!("/orders/{number}"), route()));
        }
        assert!(!frontier.add("/account/logout", route()));
        let read: Vec<String> = std::iter::from_fn(|| frontier.next()).collect();
        assert_eq!(read, ["/orders/0", "/orders/1", "/orders/2"]);
    }

    #[test]
    fn a_site_without_end_is_left() {
        let mut frontier = Frontier::default();
        let mut read = 0;
        for number in 0.. {
            frontier.add(&format!("/{number}"), ("GET".to_owned(), format!("/{number}")));
            if frontier.next().is_none() {
                break;
            }
            read += 1;
        }
        assert_eq!(read, MOST_PAGES);
    }
}
