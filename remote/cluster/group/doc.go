// Package group has process groups over the nodes of a cluster: OTP's pg.
//
//	s, err := group.Open(c, "chat")
//	...
//	err = s.Join(ctx, "room 1")
//	for _, p := range s.Members("room 1") {
//		_ = ctx.Send(p, msg)
//	}
//
// A scope is a set of groups that is kept by itself. Each node that has opened it keeps
// the whole table and tells the others what changes; nothing is stored, and no directory
// is needed.
//
// # What it guarantees
//
//   - Join returns when the process is in the table of this node. The others learn of it
//     in order, node by node.
//   - A process that ends is taken out by its node; a node that is lost is taken out with
//     all its processes by each that has lost it.
//   - While two nodes cannot reach each other neither has the processes of the other.
//     When they can again, each gets the other's table, and the two are equal.
//
// A process may join a group more than once; it is a member as many times.
//
// # What it does not
//
// Two nodes may have different tables at the same moment. Membership of a group is
// nobody's property: for what must exist once there is package single.
//
//	pg                                  group
//	--                                  -----
//	start_link(Scope)                   Open(c, scope)
//	join(Scope, Group, Pids)            s.Join(ctx, group), of the calling process
//	leave(Scope, Group, Pids)           s.Leave(ctx, group)
//	get_members, get_local_members      s.Members, s.LocalMembers
//	which_groups(Scope)                 s.Groups
//	monitor(Scope, Group)               s.Monitor(ctx, group)
//	monitor_scope(Scope)                s.MonitorAll(ctx)
//	demonitor(Scope, Ref)               s.Demonitor(ctx, ref)
package group
