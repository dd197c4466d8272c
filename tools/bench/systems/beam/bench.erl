%% The workloads for the Erlang virtual machine.
%%
%% "erl -run bench main WORKLOAD N" prints one result as a line of JSON and
%% ends; "erl -run bench main list" prints the names of the workloads. The flag
%% -erl_epmd_port says at which port the second node of the remote workloads
%% listens; with it no port mapper daemon is needed.
-module(bench).
-behaviour(gen_server).

-export([main/1]).
-export([init/1, handle_call/3, handle_cast/2]).
-export([echo/0, count_for/3, serve_for/1, start_child/2]).

-define(TEXT, <<"sixteen bytes is">>).
-define(WORKLOADS, [pingpong, send1, send8, pairs4, spawn, idle, skynet, ring,
                    call, monitor, links, named, server, serverhib,
                    cast, supervise, names, timers, select, large1m, large64m,
                    largelat, churn, remcall, rem64, rem1k, rem16, remlat]).

main(["list"]) ->
    [io:format("~s~n", [Name]) || Name <- ?WORKLOADS],
    halt(0);
main([Name, Count]) ->
    Workload = list_to_existing_atom(Name),
    N = list_to_integer(Count),
    %% A process of its own, which no message of the system disturbs.
    {_, Monitor} = spawn_monitor(fun() -> exit({result, run(Workload, N)}) end),
    receive
        {'DOWN', Monitor, _, _, {result, Result}} ->
            print(N, Result),
            halt(0);
        {'DOWN', Monitor, _, _, Reason} ->
            io:format(standard_error, "~s: ~0p~n", [Name, Reason]),
            halt(1)
    end.

print(N, Result) ->
    Fields = maps:merge(#{n => N, elapsed => 0, allocs => -1}, Result),
    Members = [io_lib:format("\"~s\":~b", [K, V]) || {K, V} <- maps:to_list(Fields)],
    io:format("{~s}~n", [lists:join(",", Members)]).

run(pingpong, N) -> pingpong(N);
run(send1, N) -> send(N, 1, 1);
run(send8, N) -> send(N, 8, 1);
run(pairs4, N) -> send(N, 4, 4);
run(spawn, N) -> spawn_and_end(N);
run(idle, N) -> idle(N);
run(skynet, N) -> skynet(N);
run(ring, N) -> ring(N);
run(call, N) -> call(N);
run(monitor, N) -> monitor_one(N);
run(links, N) -> links(N);
run(named, N) -> named(N);
run(server, N) -> server(N, reply);
run(serverhib, N) -> server(N, hibernate);
run(cast, N) -> cast(N);
run(supervise, N) -> supervise(N);
run(names, N) -> names(N);
run(timers, N) -> timers(N);
run(select, N) -> select(N);
run(large1m, N) -> remote(N, 1, binary:copy(<<"x">>, 1 bsl 20));
run(large64m, N) -> remote(N, 1, binary:copy(<<"x">>, 64 bsl 20));
run(largelat, N) -> largelat(N);
run(churn, N) -> churn(N);
run(remcall, N) -> remcall(N);
run(rem64, N) -> remote(N, 1, body(64));
run(rem1k, N) -> remote(N, 1, body(1024));
run(rem16, N) -> remote(N, 16, body(64));
run(remlat, N) -> remlat(N).

%% The clock. Elapsed time is in nanoseconds, as in the Go workers.

start() ->
    erlang:garbage_collect(),
    erlang:monotonic_time(nanosecond).

stop(Start) -> #{elapsed => erlang:monotonic_time(nanosecond) - Start}.

%% Waiting for many processes: each counts itself down, the last one tells.

tally(N) -> {atomics:new(1, []), N, self(), make_ref()}.

done({Counter, N, Parent, Ref}) ->
    case atomics:add_get(Counter, 1, 1) of
        N -> Parent ! Ref;
        _ -> ok
    end.

await({_, _, _, Ref}) -> receive Ref -> ok end.

%% pingpong: a message to and fro between two processes.

pingpong(N) ->
    Self = self(),
    Pong = spawn_link(fun() -> pong(Self) end),
    Start = start(),
    N = ping(Pong, N, 0),
    stop(Start).

ping(_, 0, Seq) -> Seq;
ping(Pong, Left, Seq) ->
    Pong ! {Seq, ?TEXT},
    receive {Next, _} -> ping(Pong, Left - 1, Next) end.

pong(Ping) ->
    receive {Seq, _} -> Ping ! {Seq + 1, ?TEXT} end,
    pong(Ping).

%% send1, send8, pairs4: senders to receivers, as fast as they can. The mailbox
%% of a receiver that many senders flood is kept off its heap, which is the
%% faster way there and the slower one for a single sender.

send(N, Senders, Receivers) ->
    Each = N div Senders,
    Self = self(),
    Queue = case Senders > Receivers of true -> off_heap; false -> on_heap end,
    Mailboxes = [spawn_opt(fun() -> Self ! {counted, count(Each * (Senders div Receivers), 0, 0, 0)} end,
                           [link, {message_queue_data, Queue}])
                 || _ <- lists:seq(1, Receivers)],
    Start = start(),
    [spawn_link(fun() -> flood(Mailbox, 1, Each, ?TEXT) end)
     || Mailbox <- deal(Senders, Mailboxes)],
    Want = expected(Senders div Receivers, Each, byte_size(?TEXT)),
    [receive {counted, Want} -> ok end || _ <- Mailboxes],
    stop(Start).

%% deal gives each of N senders a mailbox in turn.
deal(N, Mailboxes) -> lists:append(lists:duplicate(N div length(Mailboxes), Mailboxes)).

flood(_, Seq, Last, _) when Seq > Last -> ok;
flood(To, Seq, Last, Text) ->
    To ! {Seq, Text},
    flood(To, Seq + 1, Last, Text).

count(0, Messages, Sum, Bytes) -> {Messages, Sum, Bytes};
count(Left, Messages, Sum, Bytes) ->
    receive {Seq, Text} -> count(Left - 1, Messages + 1, Sum + Seq, Bytes + byte_size(Text)) end.

expected(Senders, N, Size) ->
    {Senders * N, Senders * (N * (N + 1) div 2), Senders * N * Size}.

%% spawn: processes that only say that they have run.

spawn_and_end(N) ->
    Tally = tally(N),
    Start = start(),
    times(N, fun(_) -> spawn(fun() -> done(Tally) end) end),
    await(Tally),
    stop(Start).

times(0, _) -> ok;
times(N, F) -> F(N), times(N - 1, F).

%% idle: memory of processes that wait.

idle(N) ->
    Ready = tally(N),
    Answered = tally(N),
    erlang:garbage_collect(),
    Before = resident(),
    Waiting = [spawn(fun() -> done(Ready), receive {1, _} -> done(Answered) end end)
               || _ <- lists:seq(1, N)],
    await(Ready),
    erlang:garbage_collect(),
    After = resident(),
    [Pid ! {1, ?TEXT} || Pid <- Waiting],
    await(Answered),
    #{bytes => After - Before}.

resident() ->
    {ok, Status} = file:read_file("/proc/self/status"),
    {match, [KiB]} = re:run(Status, "VmRSS:\\s*(\\d+)", [{capture, all_but_first, list}]),
    list_to_integer(KiB) * 1024.

%% skynet: a tree of processes, ten children each, that adds up its leaves.

skynet(N) ->
    Self = self(),
    Want = N * (N - 1) div 2,
    Start = start(),
    spawn(fun() -> grow(Self, 0, N) end),
    receive {Want, _} -> stop(Start) end.

grow(Parent, First, 1) ->
    Parent ! {First, ?TEXT};
grow(Parent, First, Size) ->
    Self = self(),
    Children = min(10, Size),
    branch(Self, First, Size div Children, Size rem Children, Children),
    Parent ! {sum(Children, 0), ?TEXT}.

branch(_, _, _, _, 0) -> ok;
branch(Parent, First, Share, Rest, Left) ->
    Size = Share + min(Rest, 1),
    spawn(fun() -> grow(Parent, First, Size) end),
    branch(Parent, First + Size, Share, max(Rest - 1, 0), Left - 1).

sum(0, Sum) -> Sum;
sum(Left, Sum) -> receive {Part, _} -> sum(Left - 1, Sum + Part) end.

%% ring: one token around a ring.

ring(N) ->
    Self = self(),
    Last = spawn_link(fun() -> receive {next, Next} -> hop(Next, N, Self) end end),
    First = lists:foldl(fun(_, Next) -> spawn_link(fun() -> hop(Next, N, Self) end) end,
                        Last, lists:seq(2, min(10000, N))),
    Last ! {next, First},
    Start = start(),
    First ! {1, ?TEXT},
    receive {hops, N} -> stop(Start) end.

hop(Next, N, Parent) ->
    receive
        {N, _} -> Parent ! {hops, N};
        {Seq, _} -> Next ! {Seq + 1, ?TEXT}
    end,
    hop(Next, N, Parent).

%% call: gen_server:call with a timeout.

call(N) ->
    {ok, Server} = gen_server:start_link(?MODULE, [], []),
    Start = start(),
    N = ask(Server, N, 0),
    stop(Start).

ask(_, 0, Seq) -> Seq;
ask(Server, Left, Seq) ->
    {Next, _} = gen_server:call(Server, {Seq, ?TEXT}, 5000),
    ask(Server, Left - 1, Next).

%% The server counts what it is asked and cast. It hibernates after each call if
%% it was started so. The callback of the supervisor is here as well.
init([]) -> {ok, {reply, 0, 0, 0}};
init([supervisor, Counters]) ->
    {ok, {#{strategy => simple_one_for_one, intensity => 1000000000, period => 1},
          [#{id => child, start => {?MODULE, start_child, [Counters]}}]}};
init([How]) -> {ok, {How, 0, 0, 0}}.

handle_call(total, _From, {_, Messages, Sum, Bytes} = State) ->
    {reply, {Messages, Sum, Bytes}, State};
handle_call({Seq, Text}, _From, State) ->
    case add(Seq, Text, State) of
        {hibernate, _, _, _} = Added -> {reply, {Seq + 1, Text}, Added, hibernate};
        Added -> {reply, {Seq + 1, Text}, Added}
    end.

handle_cast({Seq, Text}, State) -> {noreply, add(Seq, Text, State)}.

add(Seq, Text, {How, Messages, Sum, Bytes}) ->
    {How, Messages + 1, Sum + Seq, Bytes + byte_size(Text)}.

%% server, serverhib: eight callers at once.
server(N, How) ->
    {ok, Server} = gen_server:start_link(?MODULE, [How], []),
    Each = N div 8,
    Tally = tally(8),
    Start = start(),
    times(8, fun(_) -> spawn_link(fun() -> ask_from(Server, 1, Each, ?TEXT), done(Tally) end) end),
    await(Tally),
    Result = stop(Start),
    Want = expected(8, Each, byte_size(?TEXT)),
    Want = gen_server:call(Server, total),
    Result.

ask_from(_, Seq, Last, _) when Seq > Last -> ok;
ask_from(Server, Seq, Last, Text) ->
    Next = Seq + 1,
    {Next, Text} = gen_server:call(Server, {Seq, Text}, 5000),
    ask_from(Server, Next, Last, Text).

%% cast: messages to a server, and one call at the end.
cast(N) ->
    {ok, Server} = gen_server:start_link(?MODULE, [], []),
    Want = expected(1, N, byte_size(?TEXT)),
    Start = start(),
    cast_all(Server, 1, N),
    Want = gen_server:call(Server, total, infinity),
    stop(Start).

cast_all(_, Seq, Last) when Seq > Last -> ok;
cast_all(Server, Seq, Last) ->
    gen_server:cast(Server, {Seq, ?TEXT}),
    cast_all(Server, Seq + 1, Last).

%% supervise: children are started, killed, started again and stopped. Counters has
%% how many have been started.
supervise(N) ->
    Counters = counters:new(1, []),
    process_flag(trap_exit, true),
    logger:set_primary_config(level, none),
    Start = start(),
    {ok, Sup} = supervisor:start_link(?MODULE, [supervisor, Counters]),
    Children = [begin {ok, Pid} = supervisor:start_child(Sup, [I]), Pid end || I <- lists:seq(1, N)],
    [exit(Pid, kill) || Pid <- Children],
    started(Counters, 2 * N),
    Counts = supervisor:count_children(Sup),
    exit(Sup, shutdown),
    receive {'EXIT', Sup, shutdown} -> ok end,
    Result = stop(Start),
    {active, N} = lists:keyfind(active, 1, Counts),
    [] = [Pid || Pid <- Children, is_process_alive(Pid)],
    Result.

start_child(Counters, _) ->
    Pid = spawn_link(fun() -> receive after infinity -> ok end end),
    counters:add(Counters, 1, 1),
    {ok, Pid}.

started(Counters, Want) ->
    case counters:get(Counters, 1) of
        Want -> ok;
        _ -> receive after 1 -> started(Counters, Want) end
    end.

%% names: registered, looked up in another order, and freed.
names(N) ->
    Named = [{list_to_atom("name-" ++ integer_to_list(I)), spawn(fun() -> receive after infinity -> ok end end)}
             || I <- lists:seq(1, N)],
    Order = shuffle(Named),
    Start = start(),
    [true = register(Name, Pid) || {Name, Pid} <- Named],
    [Pid = whereis(Name) || {Name, Pid} <- Order],
    [true = unregister(Name) || {Name, _} <- Named],
    Result = stop(Start),
    [] = [Name || {Name, _} <- Named, whereis(Name) =/= undefined],
    Result.

%% timers: every second one is cancelled. The time in which nothing is to be done but to
%% wait until the others are due does not count.
timers(N) ->
    Delay = 20 + N * 3 div 1000,
    Self = self(),
    Start = start(),
    Refs = [begin
                erlang:send_after(Delay, Self, {Seq, ?TEXT}),
                erlang:send_after(3600000, Self, {-1, ?TEXT})
            end || Seq <- lists:seq(1, N div 2)],
    Due = erlang:monotonic_time(nanosecond) + Delay * 1000000,
    [true = is_integer(erlang:cancel_timer(Ref)) || Ref <- Refs],
    Free = erlang:monotonic_time(nanosecond),
    Want = expected(1, N div 2, byte_size(?TEXT)),
    Want = count(N div 2, 0, 0, 0),
    #{elapsed := Elapsed} = stop(Start),
    #{elapsed => Elapsed - max(Due - Free, 0)}.

%% select: answers are picked out from behind a long queue.
select(N) ->
    Queued = min(100000, 50 * N),
    Self = self(),
    [Self ! {Seq, ?TEXT} || Seq <- lists:seq(1, Queued)],
    Answers = spawn_link(fun() -> answer(Self) end),
    Start = start(),
    [begin Answers ! {picked, I}, receive {picked, I} -> ok end end || I <- lists:seq(1, N)],
    Result = stop(Start),
    Want = expected(1, Queued, byte_size(?TEXT)),
    Want = count(Queued, 0, 0, 0),
    Result.

answer(To) ->
    receive Message -> To ! Message end,
    answer(To).

%% remcall: many callers to a server on the second node.
remcall(N) ->
    Node = start_node(),
    spawn(Node, ?MODULE, serve_for, [self()]),
    Server = receive {server, Pid} -> Pid end,
    Tally = tally(64),
    Body = body(64),
    Start = start(),
    [spawn_link(fun() -> ask_from(Server, 1, portion(N, 64, I), Body), done(Tally) end)
     || I <- lists:seq(0, 63)],
    await(Tally),
    stop(Start).

portion(N, Callers, I) when I < N rem Callers -> N div Callers + 1;
portion(N, Callers, _) -> N div Callers.

serve_for(Parent) ->
    {ok, Server} = gen_server:start(?MODULE, [], []),
    Parent ! {server, Server}.

%% monitor: one process dies before many watchers.

monitor_one(N) ->
    Target = spawn(fun() -> receive die -> ok end end),
    Ready = tally(N),
    Told = tally(N),
    times(N, fun(_) -> spawn(fun() -> watch(Target, Ready, Told) end) end),
    await(Ready),
    Start = start(),
    Target ! die,
    await(Told),
    stop(Start).

watch(Target, Ready, Told) ->
    Monitor = erlang:monitor(process, Target),
    done(Ready),
    receive {'DOWN', Monitor, process, Target, normal} -> done(Told) end.

%% links: a chain of linked processes dies.

links(N) ->
    Chain = chain(N),
    Last = hd(Chain),
    Monitor = erlang:monitor(process, Last),
    First = lists:last(Chain),
    Start = start(),
    exit(First, failure),
    receive {'DOWN', Monitor, process, Last, failure} -> ok end,
    Result = stop(Start),
    [] = [Pid || Pid <- Chain, is_process_alive(Pid)],
    Result.

%% chain makes N processes, each linked to the one made before it, and returns
%% them with the last one first.
chain(N) ->
    Ready = tally(N),
    Chain = lists:foldl(fun(_, Before) -> [spawn(fun() -> hang(Before, Ready) end) | Before] end,
                        [], lists:seq(1, N)),
    await(Ready),
    Chain.

hang([], Ready) -> done(Ready), receive after infinity -> ok end;
hang([Before | _], Ready) -> link(Before), hang([], Ready).

%% named: messages to registered names, ten to each, round and round in an order
%% that is not that in which they were made.

named(N) ->
    Names = [list_to_atom("name-" ++ integer_to_list(I)) || I <- lists:seq(1, N div 10)],
    Served = tally(length(Names)),
    Want = expected(1, 10, byte_size(?TEXT)),
    [register(Name, spawn(fun() -> Want = count(10, 0, 0, 0), done(Served) end)) || Name <- Names],
    Order = shuffle(Names),
    Start = start(),
    [[Name ! {Lap, ?TEXT} || Name <- Order] || Lap <- lists:seq(1, 10)],
    await(Served),
    stop(Start).

shuffle(List) ->
    rand:seed(exsss, 1),
    [Item || {_, Item} <- lists:keysort(1, [{rand:uniform(), Item} || Item <- List])].

%% rem64, rem1k, rem16: messages to a second node, which is ready when it has
%% answered for the first time.

remote(N, Pairs, Body) ->
    Node = start_node(),
    Each = N div Pairs,
    Receivers = [spawn(Node, ?MODULE, count_for, [self(), Each, I]) || I <- lists:seq(1, Pairs)],
    Want = expected(1, Each, byte_size(Body)),
    Start = start(),
    [spawn_link(fun() -> flood(Receiver, 1, Each, Body) end) || Receiver <- Receivers],
    [receive {counted, I, Want} -> ok end || I <- lists:seq(1, Pairs)],
    stop(Start).

count_for(Parent, N, I) -> Parent ! {counted, I, count(N, 0, 0, 0)}.

body(Size) -> binary:copy(<<"x">>, Size - 8).

%% largelat: single round trips while another process sends 1 MiB each time, as fast
%% as it can. The receiver of these never reports.
largelat(N) ->
    Node = start_node(),
    Sink = spawn(Node, ?MODULE, count_for, [self(), 1 bsl 40, 1]),
    spawn_link(fun() -> flood(Sink, 1, 1 bsl 40, binary:copy(<<"x">>, 1 bsl 20)) end),
    probe(Node, N).

%% churn: eight processes set N monitors on one of the second node, the connection
%% is cut and all are told, twice.
churn(N) ->
    Node = start_node(),
    Echo = spawn(Node, ?MODULE, echo, []),
    round_trip(Echo, 0, <<>>),
    Start = start(),
    churn_round(Node, Echo, N),
    true = net_kernel:connect_node(Node),
    churn_round(Node, Echo, N),
    stop(Start).

churn_round(Node, Echo, N) ->
    Watching = tally(8),
    Told = tally(8),
    [spawn_link(fun() ->
         Refs = [erlang:monitor(process, Echo) || _ <- lists:seq(1, portion(N, 8, I))],
         done(Watching),
         [receive {'DOWN', Ref, process, Echo, noconnection} -> ok end || Ref <- Refs],
         done(Told)
     end) || I <- lists:seq(0, 7)],
    await(Watching),
    true = erlang:disconnect_node(Node),
    await(Told).

%% remlat: single round trips.
remlat(N) -> probe(start_node(), N).

probe(Node, N) ->
    Echo = spawn(Node, ?MODULE, echo, []),
    Body = body(64),
    round_trip(Echo, 0, Body),
    Start = start(),
    Each = lists:sort([round_trip(Echo, Seq, Body) || Seq <- lists:seq(1, N)]),
    maps:merge(stop(Start), #{p50 => percentile(Each, N, 50), p99 => percentile(Each, N, 99)}).

round_trip(Echo, Seq, Body) ->
    Start = erlang:monotonic_time(nanosecond),
    Echo ! {self(), Seq, Body},
    receive {Seq, Body} -> erlang:monotonic_time(nanosecond) - Start end.

echo() ->
    receive {From, Seq, Body} -> From ! {Seq, Body} end,
    echo().

percentile(Sorted, N, P) -> lists:nth(max((N * P + 99) div 100, 1), Sorted).

%% start_node makes this emulator a node, starts a second one with the same
%% schedulers, and waits until the two are connected.
start_node() ->
    {ok, _} = net_kernel:start('near@127.0.0.1', #{name_domain => longnames}),
    {ok, [[Port]]} = init:get_argument(erl_epmd_port),
    Schedulers = integer_to_list(erlang:system_info(schedulers)),
    {ok, _, Node} = peer:start_link(#{
        name => far, host => "127.0.0.1", longnames => true, connection => standard_io,
        args => ["-setcookie", atom_to_list(erlang:get_cookie()),
                 "-start_epmd", "false", "-erl_epmd_port", Port,
                 "-kernel", "inet_dist_use_interface", "{127,0,0,1}",
                 "+S", Schedulers ++ ":" ++ Schedulers, "+zdbbl", "8192",
                 "-pa", filename:dirname(code:which(?MODULE))]}),
    Echo = spawn(Node, ?MODULE, echo, []),
    round_trip(Echo, 0, <<>>),
    Node.
