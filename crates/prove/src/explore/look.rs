//! What follows from a request that broke something: where it points to, and what is shown near it.

use super::{Control, Explorer, Witness};
use crate::exchange::Request;
use crate::message::{Point, Route};
use crate::seed::fitting;

/// Addresses that are read after something broke.
const MOST_NEAR: usize = 8;

impl Explorer<'_> {
    pub(super) fn send_with_jar(
        &mut self,
        mut request: Request,
        route: Option<&Route>,
        before: &[usize],
        witness: &mut dyn Witness,
    ) {
        self.jar.put(&mut request);
        self.send(request, Control::default(), route, before, witness);
    }

    /// Raises an exception at `point` while a request is served that comes there. Whether it was raised.
    pub(crate) fn inject(&mut self, point: &Point, marker: &str, witness: &mut dyn Witness) -> bool {
        let Some((request, control, _)) = self.ways.get(&(point.path.clone(), point.line)).cloned() else {
            return false;
        };
        let control = Control { point: Some((point.clone(), marker.to_owned())), ..control };
        let sent = self.send(request, control, None, &[], witness);
        let Some((told, next)) = sent else { return false };
        let is_raised = told.raised.iter().any(|raised| raised.injected);
        self.follow(next, witness);
        if is_raised && !witness.has_seen_injected() {
            self.look_around(witness);
        }
        is_raised
    }

    pub(super) fn follow(&mut self, next: Option<(String, usize)>, witness: &mut dyn Witness) {
        if let Some((target, came_from)) = next {
            let follow = Request { method: "GET".to_owned(), target, headers: Vec::new(), body: Vec::new() };
            self.send_with_jar(follow, None, &[came_from], witness);
        }
    }

    /// Reads what is near the last request: an error may be kept, and shown by another address. What the last reply
    /// held, an id for example, is asked for first.
    pub(super) fn look_around(&mut self, witness: &mut dyn Witness) {
        let Some(last) = self.sent.last().cloned() else { return };
        let came_from = self.sent.len() - 1;
        let segment = |path: &str| path.split(['/', '?']).find(|part| !part.is_empty()).map(str::to_owned);
        let mut near: Vec<(usize, Route)> = self.ordered_routes();
        near.retain(|(_, route)| route.method == "GET");
        near.sort_by_key(|(_, route)| segment(&route.rule) != segment(&last.target));
        for (index, route) in near.into_iter().take(MOST_NEAR) {
            let shape = fitting(&route, &self.learned[index], &self.fresh);
            let control = Control { session: shape.session.clone(), point: None };
            self.send(shape.request(&route), control, Some(&route), &[came_from], witness);
        }
    }
}
