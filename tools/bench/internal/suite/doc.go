// Package suite knows the workloads and the systems of the comparison, builds
// one program per system, and runs each workload of each system in a fresh
// process, interleaved over several passes.
//
// Interleaving is what makes the ratios hold on a machine whose speed drifts:
// each pass runs every system once before the next pass begins, so that a slow
// minute falls on all of them alike.
package suite
