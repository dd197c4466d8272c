// Package supervisor has supervisors: processes that start other processes, restart
// those that crash, and stop them in order. It is OTP's supervisor, built on genserver:
// trees of supervisors and workers are how a program is made of parts that fail alone.
//
//	sup, err := supervisor.Start(ctx, rt, supervisor.Spec{
//		Strategy: supervisor.RestForOne,
//		Children: []supervisor.ChildSpec{
//			{ID: "stock", Start: func(ctx context.Context) (pid.PID, error) {
//				return genserver.StartLink(ctx, &Stock{}, genserver.Options{Name: "stock"})
//			}},
//			supervisor.Child("carts", supervisor.Spec{
//				Strategy: supervisor.Dynamic,
//				Template: supervisor.NewTemplate(supervisor.ChildSpec{ID: "cart"}, startCart),
//			}),
//		},
//	})
//
// # OTP → here
//
//	supervisor:start_link(Name, Mod, Args)       StartLink(ctx, Spec{Name: …}); Start for a root
//	Mod:init/1 → {ok, {SupFlags, ChildSpecs}}    a Spec; there is no callback module
//	strategy: one_for_one, one_for_all,          Spec.Strategy: OneForOne, OneForAll,
//	  rest_for_one                                 RestForOne
//	strategy: simple_one_for_one                 Dynamic with a Template
//	  (Elixir's DynamicSupervisor)               Dynamic without one; MaxChildren
//	intensity, period (1, 5 s)                   Spec.Intensity, Spec.Period; the same defaults
//	intensity => 0                               NoRestarts
//	auto_shutdown, significant                   Spec.AutoShutdown, ChildSpec.Significant
//	#{id => I, start => {M, F, A}}               ChildSpec{ID: …, Start: func(ctx) (pid.PID, error)}
//	{ok, Pid}, {error, E}, ignore                (pid, nil), (_, err), (_, ErrIgnore)
//	restart => permanent, transient, temporary   ChildSpec.Restart: Permanent, Transient, Temporary
//	shutdown => 5000, brutal_kill, infinity      ChildSpec.Shutdown: a Duration, BrutalKill, Infinity
//	type => worker, supervisor                   ChildSpec.Type; Child(id, spec) is a whole spec
//	child_spec/1 of Elixir                       Server(id, new, opts), and a Specifier
//	PartitionSupervisor of Elixir                Partitioned, PartitionOf
//	Registry, Task.Supervisor of Elixir          packages directory, task
//	modules                                      code is not replaced here
//	start_child(Sup, ChildSpec)                  StartChild(ctx, sup, spec)
//	start_child(Sup, Args)                       StartInstance(ctx, sup, arg), typed by the Template
//	terminate_child, restart_child,              TerminateChild, RestartChild,
//	  delete_child                                 DeleteChild
//	which_children, count_children               WhichChildren (in start order), CountChildren
//	check_childspecs/2                           Spec.Check; StartLink does it first
//	{error, {already_started, Pid}}              ErrAlreadyStarted
//	{error, already_present}                     ErrAlreadyPresent
//	{error, running | restarting | not_found}    ErrRunning, ErrRestarting, ErrNotFound
//	{error, simple_one_for_one}                  ErrDynamic
//	sys:get_state, observer                      genserver.GetState; Tree: text, Mermaid, JSON
//	exit(Sup, shutdown) by the parent            the parent's Exit, or the program's
//
// # What it guarantees
//
// Children are started in order, each when the one before is ready, and stopped in
// reverse order, each when the one after is Dead. To stop a child, the supervisor sends it
// an exit signal with reason shutdown, waits for as long as its Shutdown says, and then
// kills it; a supervisor is killed with all that is below it. The link stands until the
// child is Dead, so that the child ends also if the supervisor is killed meanwhile. No
// child has two processes at a time.
//
// Nothing that belongs to one child holds up the others, beyond its Shutdown while it is
// being stopped. A start function may panic, call Goexit or hang: then that start has
// failed. Any process may be taken for a supervisor and asked: it answers with an error.
//
// Decisions are OTP's, held against recordings of Erlang/OTP 25. What differs:
//
//   - A supervisor that is told to stop while a child starts gives that start up; OTP
//     waits for it, for as long as it takes. There is a StartTimeout too. A supervisor
//     below whose start is given up stops what it has started, in order; its siblings
//     are stopped after that.
//   - An exit signal that a living child sends is not taken for its end.
//   - A process that was started but not linked is linked.
//   - When a supervisor was killed, its restart waits until its children have ended, which
//     are killed when their Shutdown is over: [Infinity] then means [DefaultShutdown] for a
//     worker, and for a supervisor the time that its own children need. In OTP they may
//     live on beside the new ones.
//   - An exit signal of the program, the zero PID, stops a supervisor like its parent's.
//
// # What it does not promise
//
// The supervisor waits for a start function: until its context ends, which is when the
// StartTimeout is over or the supervisor is told to stop, and for 5 s more if it does not
// obey. Without a StartTimeout a function that hangs holds up its siblings, as in OTP. A
// child given [Infinity] that never ends holds up its supervisor once that stops it.
package supervisor
