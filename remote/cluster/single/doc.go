// Package single has processes that exist once in a cluster, wherever that is, and start
// elsewhere when they are lost.
//
//	supervisor.Spec{Children: []supervisor.ChildSpec{
//		single.Child(c, "cron", supervisor.ChildSpec{Start: startCron}),
//	}}
//
// The child is a standby, on every node that has one of this name. The standby that holds
// the name in the directory has a process of its own start it, which is linked with it; the others wait.
//
// # What it guarantees
//
//   - At most one standby has the name, and the process runs only with it. When the
//     session of its node is lost, the process is killed.
//   - When a node leaves in order, its process is stopped first, within what its spec
//     allows, and then the name is free.
//   - When the process ends by itself, so does the standby, with the same reason, and its
//     supervisor decides as it would for any child. The name is free meanwhile, so the
//     process may come up elsewhere.
//
// # What it does not
//
// A process that was killed may still be running in a function that does not obey its
// context. What it writes elsewhere has to carry the fence: see cluster.FenceOf.
package single
