//! The rows of the inner nodes of a tree, which a model of hierarchical softmax has in place of outside vectors.

use super::rules::Flaw;
use super::{Source, Visitor};
use crate::Result;

/// Shows the rows of `nodes`, of `dim` numbers each, once all vectors have been shown.
///
/// # Errors
/// If a number is not finite, and the rules are strict; else no node is shown.
pub(super) fn show(source: &mut Source, nodes: &[f32], dim: usize, visitor: &mut dyn Visitor) -> Result<()> {
    for (node, row) in nodes.chunks_exact(dim).enumerate() {
        if let Some(number) = row.iter().find(|number| !number.is_finite()) {
            let problem = format!("the row of node {node} holds {number}, which is not a finite number");
            return source.forgive(None, (Flaw::NotFinite, problem));
        }
    }
    nodes.chunks_exact(dim).for_each(|row| visitor.node(row));
    Ok(())
}
