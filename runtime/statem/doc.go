// Package statem has state machines: servers whose answer depends on the state that
// they are in. It is OTP's gen_statem for Go, on top of package genserver: a
// machine is called, cast to, stopped and looked into as a server is.
//
// A [Machine] says for each state what it does with an [Event], and which state is
// next:
//
//	type door struct{ code string }
//
//	lock := statem.Machine[string, door]{
//		Initial: "locked",
//		Data:    door{code: "1234"},
//		States: map[string]statem.State[string, door]{
//			"locked": {Handle: func(c *statem.Context[string, door], ev statem.Event) (string, error) {
//				if ev.Content == c.Data.code {
//					return "open", nil
//				}
//				return "locked", nil
//			}},
//			"open": {
//				Enter: func(c *statem.Context[string, door], from string) error {
//					c.SetTimeout(statem.StateTimer, 10*time.Second, nil)
//					return nil
//				},
//				Handle: func(c *statem.Context[string, door], ev statem.Event) (string, error) {
//					if ev.Timer == statem.StateTimer {
//						return "locked", nil
//					}
//					return "open", genserver.ErrUnhandled
//				},
//			},
//		},
//	}
//	p, err := statem.StartLink(ctx, lock, genserver.Options{Name: "door"})
//
// Typed handlers, checked when a machine starts, are in [State].On:
//
//	type Unlock struct {
//		genserver.Returns[bool]
//		Code string
//	}
//
//	"locked": {On: statem.Handle(statem.OnCall(unlock))},
//
//	func unlock(c *statem.Context[string, door], to genserver.ReplyTo[bool], q Unlock) (string, error) {
//		open := q.Code == c.Data.code
//		statem.Reply(c, to, open)
//		…
//	}
//
// What cannot be done is an error with which the machine fails: an Enter that postpones, a
// reply to an event that is no call, a timer without a name. What a function has asked for
// that fails is not done, replies included. No function runs after the process has got its
// exit signal.
//
// # A transition, step by step
//
// The steps are those of gen_statem(3), transition_option():
//
//  1. An event cancels the timeout of [EventTimer].
//  2. The state handles the event. When it has returned, replies are sent.
//  3. If the state changes, or is to be repeated, its Enter is called. Replies are
//     sent; what else it asks for comes after what the handler asked for.
//  4. If the event is to be postponed, it is put aside.
//  5. If the state changes, all events that were put aside wait again, before the
//     others, and the timeout of [StateTimer] is cancelled.
//  6. Inserted events are put before all others.
//  7. Timers are set, cancelled and updated in the order in which that was asked for.
//  8. The oldest event that waits is handled: back to 1. If none waits, a timeout of
//     time zero is the next event. If there is none, the machine waits for a message.
//
// A next state that is equal to the present one is no change of state.
//
// # OTP → here
//
//	gen_statem                                 statem
//	----------                                 ------
//	start, start_link, start_monitor           Start, StartLink, StartMonitor
//	call, cast, reply, stop                    genserver.Call, Cast, Stop; ctx.Reply
//	callback_mode() -> state_functions         Machine.States
//	callback_mode() -> handle_event_function   Machine.Default
//	state_enter                                State.Enter
//	init(Args) -> {ok, State, Data, Actions}   Machine.Initial and Data, or Machine.Init
//	terminate, format_status                   Machine.Terminate, Machine.Format
//
//	State(EventType, Content, Data)            State.On, State.Handle(ctx, event); ctx.Data
//	  clauses of State                           Handle(OnCall(…), OnCast, OnInfo, OnInternal, OnTimeout)
//	  a clause of {call, From}                   OnCall, with a genserver.ReplyTo[R]; Reply(ctx, to, r)
//	  {call, From}, cast, info, internal         event.Kind and event.From
//	  timeout, state_timeout, {timeout, Name}    event.Timer: EventTimer, StateTimer, "Name"
//	  {next_state, State, Data, Actions}         return state, nil
//	  {keep_state, Data, Actions}                return ctx.State(), nil
//	  {repeat_state, Data, Actions}              ctx.Repeat(); return ctx.State(), nil
//	  {stop, Reason}                             return state, reason; or ctx.Stop(reason)
//	  {stop_and_reply, Reason, Replies}          ctx.Reply(…); ctx.Stop(reason)
//
//	actions                                    methods of Context
//	-------                                    ------------------
//	postpone                                   Postpone()
//	{next_event, Type, Content}                Insert(event)
//	{reply, From, Reply}                       Reply(from, reply), ReplyError(from, err)
//	{state_timeout, Time, Content}             SetTimeout(StateTimer, d, content)
//	{timeout, Time, Content}                   SetTimeout(EventTimer, d, content)
//	{{timeout, Name}, Time, Content}           SetTimeout("Name", d, content)
//	{…, cancel}, {…, infinity, _}              CancelTimeout(timer)
//	{…, update, Content}                       UpdateTimeout(timer, content)
//	hibernate                                  Hibernate()
//	{change_callback_module, _}                none
//
//	differences                                here
//	-----------                                ----
//	an event that a state does not handle      no crash: see [State].Handle
//	two actions for one timer                  both are done, in order; OTP: the last one wins
//	a transition's replies when it stops       sent when the machine has ended and its name is free
//	system messages and {timeout, …}           a look does not touch a timeout
//	messages of timers                         none: what a function receives itself has none of them
//	get_state                                  the state, and the types of the data, without Format
//	a pending zero timeout set to a time       is replaced; OTP 25 delivers it too
package statem
