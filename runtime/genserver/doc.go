// Package genserver has servers: processes that keep a state and answer requests,
// one at a time. It is OTP's gen_server, and sys, for Go.
//
// A server is a Go value with one or more methods: [CallHandler] and its like.
// Whoever knows its PID or its name calls it:
//
//	type counter struct{ n int }
//
//	type add struct{ By int } // a request; its reply is an int
//
//	func (c *counter) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
//		switch req := req.(type) {
//		case add:
//			c.n += req.By
//			return c.n, nil
//		}
//		return nil, genserver.ErrUnhandled
//	}
//
//	p, err := genserver.StartLink(ctx, &counter{}, genserver.Options{Name: "counter"})
//	n, err := genserver.Call[int](ctx, "counter", add{2})
//
// # What it promises
//
// Calls fail fast: at the deadline of the caller's context, and at once when the
// server ends, is not there, does not know the request, or replies with another
// type. None of that harms the server. A reply that comes too late is dropped; it
// never lands in the caller's mailbox. Calls work the same to a process of another
// node, once its types are registered with package term.
//
// A call has the caller's context: its deadline, cancellation and values, the last
// by a [Propagator], reach the handler with [Context.CallContext]. A handler that
// itself calls with that context hands them on.
//
// A failed start is an error and nothing else, also for a parent that is linked. A
// server that panics ends with that reason, after its Terminate has run.
//
// A server with nothing to do has no goroutine: it hibernates, and the first
// message wakes it. When is up to [Options].HibernateAfter; nothing else differs. One
// idle server of a million holds 508 bytes, 525 once it was called, with its PID and a
// state of one int; its goroutine alone would take 2,700. That is all memory that the
// program holds but garbage, of which there is as much again while a million start:
// BenchmarkIdleServers, Go 1.26.8, linux/amd64, two cores of an AMD EPYC.
//
// # What it does not
//
// There is no time limit on a call whose context has none: OTP's five seconds are
// not here. A server is no place for long work: while a method runs, all others
// wait. It returns [NoReply], lets another process or goroutine do the work, and
// that one replies by [From.Reply].
//
// # OTP → here
//
//	gen_server                              genserver
//	----------                              ---------
//	Module, Args                            a Go value, its fields
//	State                                   the same value
//	start, start_link, start_monitor        Start, StartLink, StartMonitor
//	{local, Name}, {timeout, T}             Options.Name, a deadline of the context
//	{hibernate_after, T}                    Options.HibernateAfter
//	{spawn_opt, Opts}                       the rest of Options
//	call(Ref, Request)                      Call[Reply](ctx, ref, request)
//	call(Ref, Request, Timeout)             the same, with a deadline in ctx
//	cast(Ref, Msg)                          Cast(ctx, ref, msg)
//	multi_call(Nodes, Name, Req, Timeout)   MultiCall[Reply](ctx, refs, request)
//	send_request, receive_response          task.Async of a Call
//	reply(From, Reply)                      from.Reply(ctx, reply)
//	stop(Ref, Reason, Timeout)              Stop(ctx, ref, reason)
//	Pid, Name, {Name, Node}                 pid.PID, string, pid.Name; any: pid.Address
//	{global, N}, {via, M, N}                what a registry gives, a pid.Address
//	abcast                                  Cast in a loop
//	enter_loop                              none: Start starts
//
//	callbacks                               methods
//	---------                               -------
//	init(Args)                              Init(ctx) error
//	  {ok, State}                             return nil
//	  {ok, State, Timeout}                    ctx.SetTimeout(d); return nil
//	  {ok, State, {continue, C}}              ctx.Continue(c); return nil
//	  {ok, State, hibernate}                  ctx.Hibernate(); return nil
//	  {stop, Reason}                          return reason, or any error
//	  ignore                                  return ErrIgnore
//	handle_call(Request, From, State)       HandleCall(ctx, from, req) (any, error)
//	  {reply, Reply, State}                   return reply, nil
//	  {reply, {error, E}, State}              return nil, err
//	  {reply, Reply, State, Timeout}          ctx.SetTimeout(d); return reply, nil
//	  {noreply, State}                        return NoReply, nil
//	  {stop, Reason, Reply, State}            ctx.Stop(reason); return reply, nil
//	  {stop, Reason, State}                   ctx.Stop(reason); return NoReply, nil
//	handle_cast(Msg, State)                 HandleCast(ctx, msg) error
//	handle_info(Info, State)                HandleInfo(ctx, msg) error
//	handle_info(timeout, State)             HandleTimeout(ctx) error
//	handle_continue(C, State)               HandleContinue(ctx, v) error
//	  {noreply, State}                        return nil
//	  {stop, Reason, State}                   return reason; error(E) is any other error
//	terminate(Reason, State)                Terminate(ctx, reason)
//	format_status(Status)                   FormatState() any, FormatMessage(msg) any
//	code_change                             none: Go programs are not changed while they run
//	process_flag(trap_exit, true)           Options.TrapExit, or ctx.SetTrapExit(true) in Init
//
//	sys                                     genserver
//	---                                     ---------
//	get_state, get_status                   GetState
//	replace_state                           ReplaceState
//	suspend, resume                         Suspend, Resume
//	statistics                              GetStatistics, counted always
//	log(Name, {true, N}), log(Name, get)    Trace(ctx, ref, n), GetTrace(ctx, ref)
//	terminate                               Stop
//
// Three rules differ, because Go does. An error that HandleCall returns is the
// caller's and not the server's end. A failed start sends no exit signal. And the
// exit signal of the program itself, as of a Runtime.Shutdown, counts as the
// parent's.
package genserver
