#!/usr/bin/env escript
%% -*- erlang -*-
%%! -noinput +sbwt none +sbwtdcpu none +sbwtdio none
%%
%% Runs scenarios of supervision trees (see ../README.md) with OTP's supervisor.
%%
%%   escript supervision.escript IN.jsonl OUT.jsonl

-mode(compile).
-export([init/1, start_worker/2, start_sup/2]).

main([In, Out]) ->
    logger:set_primary_config(level, none), % crashes are part of the game
    {ok, Bin} = file:read_file(In),
    Scenarios = [json_in(L) || L <- binary:split(Bin, <<"\n">>, [global]), L =/= <<>>],
    ok = file:write_file(Out, [[json_out(in_process(fun() -> scenario(S) end)), $\n] || S <- Scenarios]);
main(_) ->
    io:format(standard_error, "usage: supervision.escript IN OUT~n", []),
    halt(2).

%% Each scenario has a driver of its own, which is the parent of the root.
in_process(Fun) ->
    {Pid, Mon} = spawn_monitor(fun() -> exit({result, Fun()}) end),
    receive
        {'DOWN', Mon, process, Pid, {result, R}} -> R;
        {'DOWN', Mon, process, Pid, Crash} -> io:format(standard_error, "~p~n", [Crash]), halt(1)
    end.

scenario(#{<<"name">> := Name, <<"tree">> := Tree, <<"steps">> := Steps}) ->
    process_flag(trap_exit, true),
    Observer = spawn_link(fun() -> observer(#{pids => #{}, ids => #{}, faults => #{}, notes => [], exits => []}) end),
    register(observer, Observer),
    {ok, Root} = start_sup(<<"root">>, Tree),
    put(root, Root),
    Results = [result(<<"start">>) | [result(step(S)) || S <- Steps]],
    stop_root(),
    unregister(observer),
    unlink(Observer),
    exit(Observer, kill),
    #{<<"name">> => Name, <<"steps">> => Results}.

stop_root() ->
    exit(get(root), shutdown),
    root_ended(infinity).

%%% Steps --------------------------------------------------------------------

step([<<"die">>, Id, Reason]) -> with(Id, fun(Pid) -> await(Pid, fun() -> Pid ! {die, reason_in(Reason)} end) end);
step([<<"kill">>, Id]) -> with(Id, fun(Pid) -> await(Pid, fun() -> exit(Pid, kill) end) end);
step([<<"both">>, Sup, A, B]) ->
    with(Sup, fun(SupPid) -> with(A, fun(PidA) -> with(B, fun(PidB) ->
        sys:suspend(SupPid),
        await(PidA, fun() -> exit(PidA, kill) end),
        await(PidB, fun() -> exit(PidB, kill) end),
        sys:resume(SupPid),
        <<"ok">>
    end) end) end);
step([<<"fail">>, Id, N]) -> ask({fault, Id, fail, N});
step([<<"ignore">>, Id, N]) -> ask({fault, Id, ignore, N});
step([<<"crash">>, Id, N]) -> ask({fault, Id, crash, N});
step([<<"start">>, Sup, Child]) -> call(Sup, fun(Pid) -> supervisor:start_child(Pid, child_spec(Child)) end);
step([<<"instance">>, Sup, Id]) -> call(Sup, fun(Pid) -> supervisor:start_child(Pid, [Id]) end);
step([<<"terminate">>, Sup, Id]) -> call(Sup, fun(Pid) -> supervisor:terminate_child(Pid, Id) end);
step([<<"terminate_pid">>, Sup, Id]) ->
    call(Sup, fun(Pid) -> with(Id, fun(Child) -> supervisor:terminate_child(Pid, Child) end) end);
step([<<"restart">>, Sup, Id]) -> call(Sup, fun(Pid) -> supervisor:restart_child(Pid, Id) end);
step([<<"delete">>, Sup, Id]) -> call(Sup, fun(Pid) -> supervisor:delete_child(Pid, Id) end);
step([<<"wait">>, Ms]) -> timer:sleep(Ms), <<"ok">>;
step([<<"stop">>]) -> exit(get(root), shutdown), <<"ok">>.

with(Id, Fun) ->
    case ask({pid, Id}) of
        none -> <<"gone">>;
        Pid -> Fun(Pid)
    end.

%% Does something that ends a process, and waits until it has ended.
await(Pid, Fun) ->
    Mon = monitor(process, Pid),
    Fun(),
    receive {'DOWN', Mon, process, Pid, _} -> <<"ok">> end.

call(Sup, Fun) ->
    with(Sup, fun(Pid) ->
        try Fun(Pid) of
            ok -> <<"ok">>;
            {ok, undefined} -> <<"ignore">>;
            {ok, _} -> <<"ok">>;
            {error, {already_started, _}} -> <<"already_started">>;
            {error, What} when is_atom(What), What =/= e -> atom_to_binary(What);
            {error, _} -> <<"error">>;
            Gone when is_binary(Gone) -> Gone
        catch
            exit:_ -> <<"gone">>
        end
    end).

%% What a step has come to, once nothing changes any more.
result(Reply) ->
    Tree = settle(snapshot(), 0),
    {Notes, Exits} = ask(take),
    #{<<"reply">> => Reply, <<"order">> => Notes, <<"exits">> => lists:sort(Exits), <<"tree">> => Tree}.

settle(Tree, 3) -> Tree;
settle(Tree, N) ->
    timer:sleep(4),
    case snapshot() of
        Tree -> settle(Tree, N + 1);
        Other -> settle(Other, 0)
    end.

%%% Snapshots ----------------------------------------------------------------

snapshot() ->
    case root_ended(0) of
        {true, Reason} -> <<"ended: ", (reason_out(Reason))/binary>>;
        false ->
            try iolist_to_binary(snapshot(<<"root">>, get(root)))
            catch exit:_ -> snapshot()
            end
    end.

root_ended(Timeout) ->
    Root = get(root),
    case get(root_reason) of
        undefined ->
            receive
                {'EXIT', Root, Reason} -> put(root_reason, {true, Reason}), {true, Reason}
            after Timeout -> false
            end;
        Ended -> Ended
    end.

snapshot(Id, Pid) ->
    Children = lists:reverse(supervisor:which_children(Pid)),
    Counts = [integer_to_list(N) || {_, N} <- supervisor:count_children(Pid)],
    [Id, "[", lists:join(" ", Counts), "](", lists:join(" ", in_order([child(C) || C <- Children])), ")"].

%% Those of a simple_one_for_one supervisor have no order.
in_order(Texts) ->
    case [T || {dynamic, T} <- Texts] of
        [] -> [T || {static, T} <- Texts];
        Dynamic -> lists:sort([iolist_to_binary(T) || T <- Dynamic])
    end.

child({undefined, restarting, _, _}) -> {dynamic, "~"};
child({undefined, Pid, _, _}) -> {dynamic, ask({id, Pid})};
child({Id, restarting, _, _}) -> {static, ["~", Id]};
child({Id, undefined, _, _}) -> {static, ["-", Id]};
child({Id, Pid, supervisor, _}) -> {static, snapshot(Id, Pid)};
child({Id, _, worker, _}) -> {static, Id}.

%%% Trees --------------------------------------------------------------------

init(Spec) ->
    #{<<"strategy">> := Strategy, <<"intensity">> := I, <<"period">> := P, <<"auto_shutdown">> := Auto} = Spec,
    Children = case Spec of
        #{<<"template">> := T} -> [template(T)];
        #{<<"children">> := Cs} -> [child_spec(C) || C <- Cs]
    end,
    {ok, {#{strategy => binary_to_atom(Strategy), intensity => I, period => P,
            auto_shutdown => binary_to_atom(Auto)}, Children}}.

template(T = #{<<"kind">> := Kind}) -> (child_spec(T))#{start => {?MODULE, start_worker, [Kind]}}.

child_spec(C = #{<<"id">> := Id, <<"restart">> := Restart, <<"shutdown">> := Shutdown}) ->
    {Start, Type} = case C of
        #{<<"tree">> := Tree} -> {{?MODULE, start_sup, [Id, Tree]}, supervisor};
        #{<<"kind">> := Kind} -> {{?MODULE, start_worker, [Kind, Id]}, worker}
    end,
    #{id => Id, start => Start, type => Type, restart => binary_to_atom(Restart),
      significant => maps:get(<<"significant">>, C, false),
      shutdown => case is_binary(Shutdown) of true -> binary_to_atom(Shutdown); false -> Shutdown end}.

start_sup(Id, Tree) ->
    starting(Id, fun() ->
        case supervisor:start_link(?MODULE, Tree) of
            {ok, Pid} -> ask({started, Id, Pid}), {ok, Pid};
            Other -> Other
        end
    end).

start_worker(Kind, Id) ->
    starting(Id, fun() ->
        Parent = self(),
        Pid = spawn_link(fun() -> worker(Parent, Id, Kind) end),
        receive {ready, Pid} -> {ok, Pid} end
    end).

starting(Id, Start) ->
    case ask({starting, Id}) of
        start -> Start();
        fail -> {error, e};
        ignore -> ignore;
        crash -> error(oh_no)
    end.

worker(Parent, Id, Kind) ->
    process_flag(trap_exit, Kind =/= <<"plain">>),
    ask({started, Id, self()}),
    Parent ! {ready, self()},
    worker_loop(Id, Kind).

worker_loop(Id, Kind) ->
    receive
        {die, Reason} -> exit(Reason);
        {'EXIT', _, _} when Kind =:= <<"stubborn">> -> worker_loop(Id, Kind);
        {'EXIT', _, Reason} ->
            ask({note, <<"stop ", Id/binary, ": ", (reason_out(Reason))/binary>>}),
            exit(case Kind of <<"angry">> -> {error, <<"angry">>}; _ -> Reason end)
    end.

%%% The observer knows who is who, and what has happened. ---------------------

ask(Request) ->
    Ref = make_ref(),
    observer ! {self(), Ref, Request},
    receive {Ref, Reply} -> Reply end.

observer(S) ->
    receive
        {From, Ref, Request} ->
            {Reply, S1} = observe(Request, S),
            From ! {Ref, Reply},
            observer(S1);
        {'DOWN', _, process, Pid, Reason} ->
            #{pids := Pids, ids := #{Pid := Id}, exits := Exits} = S,
            Exit = <<Id/binary, ": ", (reason_out(Reason))/binary>>,
            Pids1 = case Pids of #{Id := Pid} -> maps:remove(Id, Pids); _ -> Pids end,
            observer(S#{pids := Pids1, exits := [Exit | Exits]})
    end.

observe({starting, Id}, S = #{faults := Faults}) ->
    case Faults of
        #{Id := {Fault, N}} when N > 0 ->
            {Fault, note([atom_to_binary(Fault), " ", Id], S#{faults := Faults#{Id := {Fault, N - 1}}})};
        _ -> {start, note(["start ", Id], S)}
    end;
observe({started, Id, Pid}, S = #{pids := Pids, ids := Ids}) ->
    monitor(process, Pid),
    {ok, S#{pids := Pids#{Id => Pid}, ids := Ids#{Pid => Id}}};
observe({note, Text}, S) -> {ok, note(Text, S)};
observe({fault, Id, Fault, N}, S = #{faults := Faults}) -> {<<"ok">>, S#{faults := Faults#{Id => {Fault, N}}}};
observe({pid, Id}, S = #{pids := Pids}) -> {maps:get(Id, Pids, none), S};
observe({id, Pid}, S = #{ids := Ids}) -> {maps:get(Pid, Ids, <<"?">>), S};
observe(take, S = #{notes := Notes, exits := Exits}) -> {{lists:reverse(Notes), Exits}, S#{notes := [], exits := []}}.

note(Text, S = #{notes := Notes}) -> S#{notes := [iolist_to_binary(Text) | Notes]}.

%%% Reasons ------------------------------------------------------------------

reason_in(<<"shutdown: ", Text/binary>>) -> {shutdown, Text};
reason_in(<<"error: ", Text/binary>>) -> {error, Text};
reason_in(Name) -> binary_to_atom(Name).

%% Of how a supervisor tells what went wrong only the kind counts.
reason_out({shutdown, Text}) when is_binary(Text) -> <<"shutdown: ", Text/binary>>;
reason_out({shutdown, _}) -> <<"shutdown: …"/utf8>>;
reason_out({error, Text}) -> <<"error: ", Text/binary>>;
reason_out(Name) -> atom_to_binary(Name).

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
