#!/usr/bin/env escript
%% -*- erlang -*-
%%! -noinput +sbwt none +sbwtdcpu none +sbwtdio none
%%
%% Runs scenarios of behaviours (see ../README.md) with OTP's gen_server, gen_statem and
%% application.
%%
%%   escript behaviours.escript IN.jsonl OUT.jsonl UNIT_MS PARALLEL

-mode(compile).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2]).
-export([callback_mode/0, handle_event/4, terminate/3]).

-define(AFTER, 100).

main([In, Out, Unit, Parallel]) ->
    logger:set_primary_config(level, none), % crashes are part of the game
    persistent_term:put(unit, list_to_integer(Unit)),
    {ok, Bin} = file:read_file(In),
    Scenarios = [json_in(L) || L <- binary:split(Bin, <<"\n">>, [global]), L =/= <<>>],
    {Programs, Others} = lists:partition(fun(#{<<"kind">> := K}) -> K =:= <<"program">> end, Scenarios),
    %% Programs do not know of time, but take a node each: they would make all others late.
    Results = batches(Others, list_to_integer(Parallel)) ++ batches(Programs, 4),
    ok = file:write_file(Out, [[json_out(R), $\n] || R <- Results]);
main(_) ->
    io:format(standard_error, "usage: behaviours.escript IN OUT UNIT_MS PARALLEL~n", []),
    halt(2).

%% So many scenarios at a time. Each has a driver of its own, the parent of its server.
batches([], _) -> [];
batches(Scenarios, N) ->
    {Now, Later} = lists:split(min(N, length(Scenarios)), Scenarios),
    Drivers = [spawn_monitor(fun() -> exit({result, scenario(S)}) end) || S <- Now],
    Results = [receive
                   {'DOWN', Mon, process, Pid, {result, R}} -> R;
                   {'DOWN', Mon, process, Pid, Crash} -> io:format(standard_error, "~p~n", [Crash]), halt(1)
               end || {Pid, Mon} <- Drivers],
    Results ++ batches(Later, N).

scenario(#{<<"kind">> := <<"program">>} = S) -> program(S);
scenario(#{<<"name">> := Name, <<"kind">> := Kind, <<"steps">> := Steps} = S) ->
    process_flag(trap_exit, true),
    Tab = ets:new(world, [ordered_set, public]),
    Env = #{tab => Tab, t0 => erlang:monotonic_time(microsecond), enter => maps:get(<<"enter">>, S, null),
            calls => #{}, attempts => #{}, alarm => none},
    {ok, Pid} = case Kind of
        <<"server">> -> gen_server:start_link(?MODULE, {server, S, Env}, []);
        <<"machine">> -> gen_statem:start_link(?MODULE, {machine, S, Env}, [])
    end,
    [begin until(At, Env), step(Pid, Step, Env) end || #{<<"at">> := At} = Step <- Steps],
    until(lists:max([0 | [At || #{<<"at">> := At} <- Steps]]) + ?AFTER, Env),
    Exit = receive {'EXIT', Pid, R} -> reason_text(R) after 0 -> <<"alive">> end,
    Entries = ets:tab2list(Tab),
    exit(Pid, kill),
    #{<<"name">> => Name, <<"exit">> => Exit,
      <<"trace">> => [T || {{trace, _}, T} <- Entries],
      <<"calls">> => maps:from_list([{Id, T} || {{call, Id}, T} <- Entries])}.

unit() -> persistent_term:get(unit).

now_in(#{t0 := T0}) -> (erlang:monotonic_time(microsecond) - T0) div (unit() * 10000). % in tens of units

until(At, #{t0 := T0}) ->
    timer:sleep(max(0, At * unit() - (erlang:monotonic_time(microsecond) - T0) div 1000)).

log(#{tab := Tab} = Env, Format, Args) ->
    Text = iolist_to_binary([integer_to_binary(now_in(Env)), $\s, io_lib:format(Format, Args)]),
    ets:insert(Tab, {{trace, erlang:unique_integer([monotonic])}, Text}).

step(Pid, #{<<"do">> := <<"call">>, <<"msg">> := #{<<"id">> := Id} = Msg}, #{tab := Tab} = Env) ->
    spawn(fun() ->
        Came = try gen_server:call(Pid, Msg, infinity) of
            V -> [<<"reply ">>, integer_to_binary(V)]
        catch
            exit:{R, {gen_server, call, _}} -> [<<"exit ">>, reason_text(R)]
        end,
        ets:insert(Tab, {{call, Id}, iolist_to_binary([integer_to_binary(now_in(Env)), $\s, Came])})
    end);
step(Pid, #{<<"do">> := <<"cast">>, <<"msg">> := Msg}, _) -> gen_server:cast(Pid, Msg);
step(Pid, #{<<"do">> := <<"info">>, <<"msg">> := Msg}, _) -> Pid ! Msg;
step(Pid, #{<<"do">> := <<"stop">>, <<"reason">> := R}, _) ->
    spawn(fun() -> catch gen_server:stop(Pid, reason_in(R), infinity) end);
step(Pid, #{<<"do">> := <<"exit">>, <<"from">> := <<"parent">>, <<"reason">> := R}, _) -> exit(Pid, reason_in(R));
step(Pid, #{<<"do">> := <<"exit">>, <<"reason">> := R}, _) -> spawn(fun() -> exit(Pid, reason_in(R)) end).

reason_in(<<"shutdown: why">>) -> {shutdown, why};
reason_in(R) -> binary_to_atom(R).

reason_text({shutdown, why}) -> <<"shutdown: why">>;
reason_text(R) when is_atom(R) -> atom_to_binary(R);
reason_text({crash, Stack}) when is_list(Stack) -> <<"crash">>;
reason_text(R) -> iolist_to_binary(io_lib:format("~p", [R])).

%%% What is done with a message, in both ----------------------------------------

attempt(#{<<"id">> := Id, <<"do">> := Do}, #{attempts := Attempts} = Env) ->
    N = maps:get(Id, Attempts, 0),
    Actions = case Do of
        null -> [];
        [] -> [];
        _ -> lists:nth(min(N + 1, length(Do)), Do)
    end,
    {list(Actions), Env#{attempts := Attempts#{Id => N + 1}}}.

list(null) -> [];
list(L) -> L.

%%% gen_server -------------------------------------------------------------------

init({server, #{<<"init">> := Init, <<"trap">> := Trap}, Env}) ->
    process_flag(trap_exit, Trap),
    case server(list(Init), none, Env) of
        {none, none, none, Env1} -> {ok, Env1};
        {none, Next, none, Env1} -> {ok, Env1, Next}
    end;
init({machine, #{<<"init">> := Init, <<"trap">> := Trap}, Env}) ->
    process_flag(trap_exit, Trap),
    #{actions := Actions, env := Env1} = machine(list(Init), none, a, Env),
    {ok, a, Env1, lists:reverse(Actions)}.

handle_call(#{<<"id">> := Id} = Msg, From, #{calls := Calls} = Env) ->
    log(Env, "call ~s", [Id]),
    handled(Msg, Id, Env#{calls := Calls#{Id => From}}).

handle_cast(#{<<"id">> := Id} = Msg, Env) ->
    log(Env, "cast ~s", [Id]),
    handled(Msg, none, Env).

handle_info(timeout, #{alarm := #{<<"id">> := Id} = Msg} = Env) ->
    log(Env, "timeout ~s", [Id]),
    handled(Msg, none, Env);
handle_info({'EXIT', _, R}, Env) ->
    log(Env, "info exit ~s", [reason_text(R)]),
    {noreply, Env};
handle_info(#{<<"id">> := Id} = Msg, Env) ->
    log(Env, "info ~s", [Id]),
    handled(Msg, none, Env).

handle_continue(#{<<"id">> := Id} = Msg, Env) ->
    log(Env, "continue ~s", [Id]),
    handled(Msg, none, Env).

terminate(R, Env) -> log(Env, "terminate ~s", [reason_text(R)]).

handled(Msg, Id, Env) ->
    {Actions, Env1} = attempt(Msg, Env),
    case server(Actions, none, Env1) of
        {none, none, none, E} -> {noreply, E};
        {none, Next, none, E} -> {noreply, E, Next};
        {none, _, {stop, R}, E} -> {stop, R, E};
        {{reply, V}, none, none, E} -> {reply, V, called(Id, E)};
        {{reply, V}, Next, none, E} -> {reply, V, called(Id, E), Next};
        {{reply, V}, _, {stop, R}, E} -> {stop, R, V, called(Id, E)}
    end.

called(Id, #{calls := Calls} = Env) -> Env#{calls := maps:remove(Id, Calls)}.

server(Actions, Reply, Env) -> server(Actions, Reply, none, none, Env).

server([], Reply, Next, Stop, Env) -> {Reply, Next, Stop, Env};
server([#{<<"op">> := Op} = A | Rest], Reply, Next, Stop, Env) ->
    case Op of
        <<"reply">> -> server(Rest, {reply, maps:get(<<"value">>, A)}, Next, Stop, Env);
        <<"continue">> -> server(Rest, Reply, {continue, maps:get(<<"msg">>, A)}, Stop, Env);
        <<"timeout">> ->
            server(Rest, Reply, maps:get(<<"after">>, A, 0) * unit(), Stop, Env#{alarm := maps:get(<<"msg">>, A)});
        <<"hibernate">> -> server(Rest, Reply, hibernate, Stop, Env);
        <<"stop">> -> server(Rest, Reply, Next, {stop, reason_in(maps:get(<<"text">>, A))}, Env);
        <<"reply_to">> -> server(Rest, Reply, Next, Stop, reply_to(A, Env));
        <<"send">> -> self() ! maps:get(<<"msg">>, A), server(Rest, Reply, Next, Stop, Env);
        <<"cast">> -> gen_server:cast(self(), maps:get(<<"msg">>, A)), server(Rest, Reply, Next, Stop, Env);
        <<"crash">> -> error(crash)
    end.

reply_to(#{<<"text">> := Id, <<"value">> := V}, #{calls := Calls} = Env) ->
    case Calls of
        #{Id := From} -> gen_server:reply(From, V), called(Id, Env);
        _ -> Env
    end.

%%% gen_statem -------------------------------------------------------------------

callback_mode() -> [handle_event_function, state_enter].

handle_event(enter, Old, State, #{enter := Enter} = Env) ->
    log(Env, "enter ~s from ~s", [State, Old]),
    Actions = case Enter of
        null -> [];
        _ -> maps:get(atom_to_binary(State), Enter, [])
    end,
    #{actions := Done, env := Env1} = machine(list(Actions), none, State, Env),
    {keep_state, Env1, lists:reverse(Done)};
handle_event(info, {'EXIT', _, R}, _, Env) ->
    log(Env, "info exit ~s", [reason_text(R)]),
    keep_state_and_data;
handle_event(Type, #{<<"id">> := Id} = Msg, State, #{calls := Calls} = Env) ->
    {Text, Env1} = case Type of
        {call, From} -> {"call", Env#{calls := Calls#{Id => From}}};
        timeout -> {"timeout event", Env};
        state_timeout -> {"timeout state", Env};
        {timeout, Name} -> {["timeout ", Name], Env};
        _ -> {atom_to_list(Type), Env}
    end,
    log(Env, "~s ~s", [Text, Id]),
    {Actions, Env2} = attempt(Msg, Env1),
    Asked = machine(Actions, Id, State, Env2),
    case Asked of
        #{stop := R, replies := [], env := E} -> {stop, R, E};
        #{stop := R, replies := Replies, env := E} -> {stop_and_reply, R, lists:reverse(Replies), E};
        #{repeat := true, next := State, actions := Done, env := E} -> {repeat_state, E, lists:reverse(Done)};
        #{next := Next, actions := Done, env := E} -> {next_state, Next, E, lists:reverse(Done)}
    end.

terminate(R, _, Env) -> terminate(R, Env).

machine(Actions, Id, State, Env) ->
    lists:foldl(fun(A, Asked) -> act(A, Id, Asked) end,
                #{next => State, repeat => false, actions => [], replies => [], env => Env}, Actions).

act(#{<<"op">> := Op} = A, Id, #{actions := Actions, replies := Replies, env := Env} = Asked) ->
    case Op of
        <<"next">> -> Asked#{next := binary_to_atom(maps:get(<<"text">>, A))};
        <<"repeat">> -> Asked#{repeat := true};
        <<"postpone">> -> Asked#{actions := [postpone | Actions]};
        <<"insert">> -> Asked#{actions := [{next_event, binary_to_atom(maps:get(<<"text">>, A)), maps:get(<<"msg">>, A)} | Actions]};
        <<"timeout">> ->
            Set = {timer(A), maps:get(<<"after">>, A, 0) * unit(), maps:get(<<"msg">>, A)},
            Asked#{actions := [Set | Actions]};
        <<"cancel">> -> Asked#{actions := [{timer(A), cancel} | Actions]};
        <<"update">> -> Asked#{actions := [{timer(A), update, maps:get(<<"msg">>, A)} | Actions]};
        <<"reply">> -> replied(Id, A, Asked);
        <<"reply_to">> -> replied(maps:get(<<"text">>, A), A, Asked);
        <<"hibernate">> -> Asked#{actions := [hibernate | Actions]};
        <<"stop">> when not is_map_key(stop, Asked) -> Asked#{stop => reason_in(maps:get(<<"text">>, A))};
        <<"stop">> -> Asked;
        <<"send">> -> self() ! maps:get(<<"msg">>, A), Asked;
        <<"crash">> -> _ = Replies, _ = Env, error(crash)
    end.

timer(#{<<"text">> := <<"state">>}) -> state_timeout;
timer(#{<<"text">> := <<"event">>}) -> timeout;
timer(#{<<"text">> := Name}) -> {timeout, Name}.

replied(Id, #{<<"value">> := V}, #{actions := Actions, replies := Replies, env := #{calls := Calls} = Env} = Asked) ->
    case Calls of
        #{Id := From} ->
            Reply = {reply, From, V},
            Asked#{actions := [Reply | Actions], replies := [Reply | Replies], env := called(Id, Env)};
        _ -> Asked
    end.

%%% application ------------------------------------------------------------------

%% A program runs in a node of its own, which may end with one of its applications.
program(#{<<"name">> := Name, <<"apps">> := Apps, <<"ends">> := Ends, <<"with">> := With}) ->
    File = filename:join(tmp(), "oracle-" ++ os:getpid() ++ "-" ++ integer_to_list(erlang:unique_integer([positive]))),
    ok = file:write_file(File, <<>>),
    {ok, Peer, _} = peer:start(#{connection => standard_io, args => ["-kernel", "logger_level", "none"],
                                 env => [{"ERL_CRASH_DUMP_SECONDS", "0"}]}),
    {module, _} = peer:call(Peer, code, load_binary, [oracle_app, "oracle_app.erl", app_module()]),
    [ok = peer:call(Peer, application, load, [app_spec(A, File)]) || A <- Apps],
    Mon = monitor(process, Peer),
    [{ok, _} = peer:call(Peer, application, ensure_all_started, [binary_to_atom(N), type(T)])
     || #{<<"name">> := N, <<"type">> := T} <- in_order(Apps)],
    Down = Ends =/= <<>> andalso begin
        peer:call(Peer, oracle_app, finish, [binary_to_atom(Ends), reason_in(With)]),
        receive {'DOWN', Mon, process, Peer, _} -> true after 2000 -> false end
    end,
    Down orelse begin
        peer:cast(Peer, init, stop, []),
        receive {'DOWN', Mon, process, Peer, _} -> ok after 10000 -> halt(1) end
    end,
    {ok, Notes} = file:read_file(File),
    file:delete(File),
    Lines = binary:split(Notes, <<"\n">>, [global, trim]),
    Started = [N || <<"start ", N/binary>> <- Lines],
    Stopped = lists:zip([N || <<"stop ", N/binary>> <- Lines], lists:seq(1, length([x || <<"stop ", _/binary>> <- Lines]))),
    Early = [{D, <<"stopped before ", N/binary>>} || #{<<"name">> := N, <<"deps">> := Ds} <- Apps, D <- Ds, D =/= Ends,
             before(proplists:get_value(D, Stopped), proplists:get_value(N, Stopped))],
    #{<<"name">> => Name, <<"trace">> => Started, <<"calls">> => maps:from_list(Early),
      <<"exit">> => case Down of true -> <<Ends/binary, " ", (program_reason(With))/binary>>; false -> <<"stopped">> end}.

before(A, B) when is_integer(A), is_integer(B) -> A < B;
before(_, _) -> false.

program_reason(<<"kill">>) -> <<"killed">>;
program_reason(R) -> R.

%% ensure_all_started/2 gives all that it starts one type: so each is started alone, its
%% dependencies before it.
in_order(Apps) ->
    {Order, _} = lists:foldl(fun(A, Acc) -> visit(A, Apps, Acc) end, {[], []}, Apps),
    lists:reverse(Order).

visit(#{<<"name">> := N, <<"deps">> := Deps} = A, Apps, {Order, Seen}) ->
    case lists:member(N, Seen) of
        true -> {Order, Seen};
        false ->
            {Order1, Seen1} = lists:foldl(fun(D, Acc) ->
                [Dep] = [X || #{<<"name">> := M} = X <- Apps, M =:= D],
                visit(Dep, Apps, Acc)
            end, {Order, [N | Seen]}, Deps),
            {[A | Order1], Seen1}
    end.

type(T) -> binary_to_atom(T).

app_spec(#{<<"name">> := N, <<"deps">> := Deps}, File) ->
    {application, binary_to_atom(N),
     [{vsn, "1"}, {modules, []}, {registered, []},
      {applications, [kernel, stdlib | [binary_to_atom(D) || D <- Deps]]},
      {mod, {oracle_app, {N, File}}}]}.

tmp() ->
    case os:getenv("TMPDIR") of
        false -> "/tmp";
        Dir -> Dir
    end.

%% The callback module of all applications. Its root is a process that traps exits, as a
%% supervisor does.
app_module() ->
    Source =
        "-module(oracle_app).\n"
        "-export([start/2, stop/1, init/2, finish/2]).\n"
        "start(_, {N, File}) -> note(File, [<<\"start \">>, N]), {ok, proc_lib:spawn_link(?MODULE, init, [N, File])}.\n"
        "stop(_) -> ok.\n"
        "init(N, File) -> process_flag(trap_exit, true), register(binary_to_atom(<<\"root_\", N/binary>>), self()), loop(N, File).\n"
        "loop(N, File) -> receive {finish, R} -> exit(R); {'EXIT', _, R} -> note(File, [<<\"stop \">>, N]), exit(R) end.\n"
        "finish(App, R) ->\n"
        "    Pid = whereis(binary_to_atom(<<\"root_\", (atom_to_binary(App))/binary>>)),\n"
        "    case R of kill -> exit(Pid, kill); _ -> Pid ! {finish, R} end, ok.\n"
        "note(File, Text) -> ok = file:write_file(File, [Text, $\\n], [append]).\n",
    {ok, Tokens, _} = erl_scan:string(lists:flatten(string:replace(Source, "?MODULE", "oracle_app", all))),
    {ok, oracle_app, Bin} = compile:forms(forms(Tokens, [], []), []),
    Bin.

forms([], [], Forms) -> lists:reverse(Forms);
forms([{dot, _} = Dot | Rest], Form, Forms) ->
    {ok, F} = erl_parse:parse_form(lists:reverse([Dot | Form])),
    forms(Rest, [], [F | Forms]);
forms([T | Rest], Form, Forms) -> forms(Rest, [T | Form], Forms).

%%% JSON: integers, strings, booleans, null, arrays, objects -----------------

json_in(Bin) ->
    {V, Rest} = value(ws(Bin)),
    <<>> = ws(Rest),
    V.

ws(<<C, R/binary>>) when C =:= $\s; C =:= $\t; C =:= $\r; C =:= $\n -> ws(R);
ws(B) -> B.

value(<<"null", R/binary>>) -> {null, R};
value(<<"true", R/binary>>) -> {true, R};
value(<<"false", R/binary>>) -> {false, R};
value(<<$", R/binary>>) -> string(R, <<>>);
value(<<$[, R/binary>>) -> array(ws(R), []);
value(<<${, R/binary>>) -> object(ws(R), #{});
value(<<C, _/binary>> = B) when C =:= $-; C >= $0, C =< $9 ->
    {match, [{0, N}]} = re:run(B, "^-?[0-9]+", [{capture, first, index}]),
    <<Num:N/binary, R/binary>> = B,
    {binary_to_integer(Num), R}.

array(<<$], R/binary>>, Acc) -> {lists:reverse(Acc), R};
array(B, Acc) ->
    {V, R} = value(B),
    case ws(R) of
        <<$,, R1/binary>> -> array(ws(R1), [V | Acc]);
        <<$], R1/binary>> -> {lists:reverse(Acc, [V]), R1}
    end.

object(<<$}, R/binary>>, Acc) -> {Acc, R};
object(<<$", B/binary>>, Acc) ->
    {K, R} = string(B, <<>>),
    <<$:, R1/binary>> = ws(R),
    {V, R2} = value(ws(R1)),
    case ws(R2) of
        <<$,, R3/binary>> -> object(ws(R3), Acc#{K => V});
        <<$}, R3/binary>> -> {Acc#{K => V}, R3}
    end.

string(<<$", R/binary>>, Acc) -> {Acc, R};
string(<<$\\, $u, H:4/binary, R/binary>>, Acc) ->
    string(R, <<Acc/binary, (binary_to_integer(H, 16))/utf8>>);
string(<<$\\, C, R/binary>>, Acc) ->
    D = case C of $n -> $\n; $t -> $\t; $r -> $\r; $b -> $\b; $f -> $\f; _ -> C end,
    string(R, <<Acc/binary, D>>);
string(<<C, R/binary>>, Acc) -> string(R, <<Acc/binary, C>>).

json_out(null) -> <<"null">>;
json_out(B) when is_boolean(B) -> atom_to_binary(B);
json_out(N) when is_integer(N) -> integer_to_binary(N);
json_out(S) when is_binary(S) -> [$", [escape(C) || <<C>> <= S], $"];
json_out(L) when is_list(L) -> [$[, lists:join($,, [json_out(V) || V <- L]), $]];
json_out(M) when is_map(M) ->
    Pairs = [[json_out(K), $:, json_out(V)] || {K, V} <- lists:sort(maps:to_list(M))],
    [${, lists:join($,, Pairs), $}].

escape($") -> <<"\\\"">>;
escape($\\) -> <<"\\\\">>;
escape(C) when C < 32 -> io_lib:format("\\u~4.16.0b", [C]);
escape(C) -> C.
