//! A list that is copied only when it is changed: most values are handed on as they are.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use smallvec::SmallVec;

/// A list whose copies are one until one of them is changed. The empty list takes no memory as a rule, and one of a
/// single item, as most are, one piece of it.
#[derive(Debug)]
pub(crate) struct Shared<T>(Option<Arc<Items<T>>>);

type Items<T> = SmallVec<[T; 1]>;

impl<T: Clone> Shared<T> {
    /// An empty list that takes no more memory until it has more than `count` items.
    pub(crate) fn with_room(count: usize) -> Self {
        if count <= 1 { Self(None) } else { Self(Some(Arc::new(Items::with_capacity(count)))) }
    }

    pub(crate) fn push(&mut self, item: T) {
        match &mut self.0 {
            Some(items) => Arc::make_mut(items).push(item),
            None => self.0 = Some(Arc::new(Items::from_iter([item]))),
        }
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        if !self.iter().all(&keep) {
            *self = self.iter().filter(|item| keep(item)).cloned().collect();
        }
    }

    /// Whether both are copies of one list; `false` tells nothing.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => self.is_empty() && other.is_empty(),
        }
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone + PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || **self == **other
    }
}

impl<T> Deref for Shared<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |items| items.as_slice())
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.0.as_mut().map_or(&mut [], |items| Arc::make_mut(items).as_mut_slice())
    }
}

impl<T> FromIterator<T> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items: Items<T> = items.into_iter().collect();
        if items.is_empty() { Self(None) } else { Self(Some(Arc::new(items))) }
    }
}

impl<T: Clone> Extend<T> for Shared<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<T: Clone> IntoIterator for Shared<T> {
    type Item = T;
    type IntoIter = smallvec::IntoIter<[T; 1]>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.map_or_else(Items::new, Arc::unwrap_or_clone).into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Shared<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
