#!/usr/bin/env escript
%% -*- erlang -*-
%%! -noinput +sbwt none +sbwtdcpu none +sbwtdio none
%%
%% Runs process-signal scenarios (see ../README.md) on the BEAM.
%%
%%   escript oracle.escript run   IN.jsonl OUT.jsonl
%%   escript oracle.escript check IN.jsonl EXPECTED.jsonl [REPEATS]

-mode(compile).

-record(s, {pids = #{},      % process name => pid
            names = #{},     % pid => process name
            mons = #{},      % the driver's own monitors: ref => process name
            dead = #{},      % process name => exit reason (a term)
            refs = #{},      % ref label => ref
            labels = #{},    % ref => ref label
            timers = #{},    % timer label => {timer ref, due in scenario ms}
            boxes = #{},     % process name => canonical mailbox (terms)
            clock = 0}).     % scenario ms: the sum of all waits

main(["run", In, Out]) ->
    quiet(),
    Lines = [[json_out(run_scenario(Sc)), $\n] || Sc <- read_lines(In)],
    ok = file:write_file(Out, Lines);
main(["check", In, Expected]) ->
    main(["check", In, Expected, "1"]);
main(["check", In, Expected, Repeats]) ->
    quiet(),
    {Scs, Want} = {read_lines(In), read_lines(Expected)},
    length(Scs) =:= length(Want) orelse fail("~s and ~s differ in length", [In, Expected]),
    Bad = lists:sum([check_once(I, Scs, Want) || I <- lists:seq(1, list_to_integer(Repeats))]),
    io:format("~s: ~b scenarios, ~s runs, ~b differences~n", [In, length(Scs), Repeats, Bad]),
    halt(case Bad of 0 -> 0; _ -> 1 end);
main(_) ->
    fail("usage: oracle.escript run IN OUT | check IN EXPECTED [REPEATS]", []).

check_once(Run, Scs, Want) ->
    lists:sum([check_one(Run, run_scenario(Sc), W) || {Sc, W} <- lists:zip(Scs, Want)]).

check_one(_, Same, Same) -> 0;
check_one(Run, Got, Want) ->
    io:format("run ~b differs~n  got  ~s~n  want ~s~n", [Run, json_out(Got), json_out(Want)]),
    1.

fail(Fmt, Args) ->
    io:format(standard_error, Fmt ++ "~n", Args),
    halt(2).

%% Crashing puppets are part of the game: no reports about them.
quiet() -> logger:set_primary_config(level, none).

read_lines(File) ->
    {ok, Bin} = file:read_file(File),
    [json_in(L) || L <- binary:split(Bin, <<"\n">>, [global]), L =/= <<>>].

%%% Scenarios ----------------------------------------------------------------

%% Each scenario has a driver process of its own.
run_scenario(Sc) ->
    {_, M} = spawn_monitor(fun() -> exit({result, scenario(Sc)}) end),
    receive
        {'DOWN', M, process, _, {result, R}} -> R;
        {'DOWN', M, process, _, Why} ->
            fail("scenario ~s: ~p", [maps:get(<<"name">>, Sc), Why])
    end.

scenario(#{<<"name">> := Name, <<"steps">> := Steps}) ->
    {Results, S} = lists:mapfoldl(fun step/2, #s{}, Steps),
    Final = final(S),
    cleanup(S),
    #{<<"name">> => Name, <<"steps">> => Results, <<"final">> => Final}.

final(S) ->
    Alive = alive(S),
    #{<<"alive">> => Alive,
      <<"dead">> => maps:map(fun(_, R) -> reason_out(R) end, S#s.dead),
      <<"mailboxes">> => maps:from_list([{P, [msg_out(M, S) || M <- box(P, S)]} || P <- Alive]),
      <<"links">> => maps:from_list([{P, query(links, P, S)} || P <- Alive]),
      <<"registered">> => maps:from_list(registered_names(S))}.

registered_names(S) ->
    [{name_out(N), maps:get(whereis(N), S#s.names)}
     || N <- registered(), lists:prefix("$name:", atom_to_list(N))].

cleanup(S) ->
    maps:foreach(fun(_, {T, _}) -> erlang:cancel_timer(T) end, S#s.timers),
    Pids = maps:values(S#s.pids),
    [unlink(P) || P <- Pids],
    Ms = [{monitor(process, P), exit(P, kill)} || P <- Pids],
    [receive {'DOWN', M, _, _, _} -> ok end || {M, _} <- Ms],
    ok.

%% One step: carry it out, wait until everything has settled, report.
step(Step = #{<<"op">> := Op}, S0) ->
    Actor = actor(Op, Step),
    case precheck(Op, Step, Actor, S0) of
        go ->
            {R, S1} = do(Op, Step, Actor, S0),
            S2 = settle(S1),
            case Actor =/= none andalso maps:is_key(Actor, S2#s.dead) of
                true -> {<<"ok">>, S2};
                false -> {R, S2}
            end;
        R ->
            {R, S0}
    end.

%% The process that carries the step out; none: the driver does it.
actor(Op, #{<<"p">> := P}) when Op =:= <<"stop">>; Op =:= <<"trap">>;
                                Op =:= <<"recv">>; Op =:= <<"recv_match">> -> P;
actor(<<"spawn">>, #{<<"link_to">> := Q}) -> Q;
actor(<<"spawn">>, #{<<"monitored_by">> := Q}) -> Q;
actor(_, #{<<"by">> := P}) -> P;
actor(_, _) -> none.

precheck(Op, Step, Actor, S) ->
    Unborn = lists:any(fun(P) -> not is_map_key(P, S#s.pids) end, procs_in(Op, Step)),
    Dead = fun(P) -> maps:is_key(P, S#s.dead) end,
    Query = lists:member(Op, [<<"links">>, <<"monitors">>, <<"monitored_by">>, <<"queue_len">>]),
    if
        Unborn -> <<"unborn">>;
        Actor =/= none ->
            case Dead(Actor) of
                true -> <<"dead">>;
                false ->
                    case labels_ok(Op, Step, S) of
                        true -> go;
                        false -> <<"unborn">>
                    end
            end;
        Query ->
            case Dead(maps:get(<<"p">>, Step)) of
                true -> <<"dead">>;
                false -> go
            end;
        true -> go
    end.

procs_in(Op, Step) ->
    Keys = [<<"p">>, <<"by">>, <<"to">>, <<"link_to">>, <<"monitored_by">>],
    Own = [maps:get(K, Step) || K <- Keys, is_map_key(K, Step),
                                not (Op =:= <<"spawn">> andalso K =:= <<"p">>)],
    Own ++ lists:append([procs_in(O, A) || A = #{<<"op">> := O} <- maps:get(<<"do">>, Step, [])]).

%% Are the monitor and timer labels that the step uses known?
labels_ok(<<"seq">>, #{<<"do">> := Acts}, S) ->
    {Oks, _} = lists:mapfoldl(
        fun(#{<<"op">> := <<"monitor">>, <<"ref">> := R}, Known) -> {true, [R | Known]};
           (#{<<"op">> := <<"demonitor">>, <<"ref">> := R}, Known) -> {lists:member(R, Known), Known};
           (_, Known) -> {true, Known}
        end, maps:keys(S#s.refs), Acts),
    lists:all(fun(B) -> B end, Oks);
labels_ok(Op, #{<<"ref">> := R}, S) when Op =:= <<"demonitor">>; Op =:= <<"recv_match">> ->
    is_map_key(R, S#s.refs);
labels_ok(<<"cancel_timer">>, #{<<"timer">> := T}, S) ->
    is_map_key(T, S#s.timers);
labels_ok(_, _, _) -> true.

%%% Steps the driver carries out itself --------------------------------------

do(<<"spawn">>, Step = #{<<"p">> := P}, Actor, S) ->
    not is_map_key(P, S#s.pids) orelse exit({spawned_twice, P}),
    Driver = self(),
    Trap = maps:get(<<"trap">>, Step, false),
    Body = fun() -> process_flag(trap_exit, Trap), puppet(Driver) end,
    Opts = [link || is_map_key(<<"link_to">>, Step)] ++
           [monitor || is_map_key(<<"monitored_by">>, Step)],
    Made = case Actor of
               none -> spawn(Body);
               _ -> {ok, M} = call(Actor, fun() -> spawn_opt(Body, Opts) end, S), M
           end,
    {Pid, S1} = case Made of
                    {Pid0, Ref} -> {Pid0, add_ref(maps:get(<<"ref">>, Step), Ref, S)};
                    Pid0 -> {Pid0, S}
                end,
    S2 = S1#s{pids = (S1#s.pids)#{P => Pid},
              names = (S1#s.names)#{Pid => P},
              mons = (S1#s.mons)#{monitor(process, Pid) => P}},
    {ok, ready} = call(P, fun() -> ready end, S2),
    {<<"ok">>, S2};
do(<<"alive">>, #{<<"p">> := P}, _, S) ->
    {is_process_alive(pid(P, S)), S};
do(<<"queue_len">>, #{<<"p">> := P}, _, S) ->
    {_, N} = process_info(pid(P, S), message_queue_len),
    N = length(box(P, S)),
    {N, S};
do(<<"links">>, #{<<"p">> := P}, _, S) -> {query(links, P, S), S};
do(<<"monitors">>, #{<<"p">> := P}, _, S) -> {query(monitors, P, S), S};
do(<<"monitored_by">>, #{<<"p">> := P}, _, S) -> {query(monitored_by, P, S), S};
do(<<"wait">>, #{<<"ms">> := Ms}, _, S) ->
    timer:sleep(Ms),
    Clock = S#s.clock + Ms,
    [await_timer(T) || {T, Due} <- maps:values(S#s.timers), Due =< Clock],
    {<<"ok">>, S#s{clock = Clock}};
do(<<"recv">>, #{<<"p">> := P}, _, S) ->
    take(P, fun(_) -> true end, S);
do(<<"recv_match">>, Step = #{<<"p">> := P}, _, S) ->
    take(P, matcher(Step, S), S);
do(Op, Step, none, S) ->                         % register, unregister, whereis
    {R, _} = act(Op, Step, env(S)),
    {result_out(R, S), S};
do(<<"seq">>, #{<<"do">> := Acts}, Actor, S) ->
    acts(Actor, Acts, fun(Rs) -> Rs end, S);
do(_, Step, Actor, S) ->
    acts(Actor, [Step], fun([R]) -> R end, S).

await_timer(T) ->
    case erlang:read_timer(T) of
        false -> ok;
        _ -> timer:sleep(1), await_timer(T)
    end.

matcher(#{<<"kind">> := <<"user">>}, _) -> fun({'$user', _}) -> true; (_) -> false end;
matcher(#{<<"kind">> := <<"exit">>}, _) -> fun({'EXIT', _, _}) -> true; (_) -> false end;
matcher(#{<<"kind">> := <<"down">>}, _) -> fun({'DOWN', _, _, _, _}) -> true; (_) -> false end;
matcher(#{<<"msg">> := X}, _) -> fun(M) -> M =:= {'$user', X} end;
matcher(#{<<"ref">> := L}, S) ->
    Ref = maps:get(L, S#s.refs),
    fun({'DOWN', R, _, _, _}) -> R =:= Ref; (_) -> false end.

%% A real selective receive in the puppet, of the first match in the canonical
%% order of its mailbox.
take(P, Match, S) ->
    case lists:search(Match, box(P, S)) of
        false -> {<<"empty">>, S};
        {value, M} ->
            {ok, taken} = call(P, fun() -> receive M -> taken after 0 -> missing end end, S),
            {msg_out(M, S), S#s{boxes = (S#s.boxes)#{P => lists:delete(M, box(P, S))}}}
    end.

query(What, P, S) ->
    {_, L} = process_info(pid(P, S), What),
    lists:sort([query_out(X, S) || X <- L, X =/= self()]).

query_out({process, {Name, _Node}}, _) -> name_out(Name);
query_out({process, Pid}, S) -> maps:get(Pid, S#s.names);
query_out(Pid, S) -> maps:get(Pid, S#s.names).

%%% Steps a puppet carries out -----------------------------------------------

%% A puppet takes only the driver's commands out of its mailbox.
puppet(Driver) ->
    receive
        {'$do', Driver, Tag, Fun} ->
            case Fun() of
                '$return' -> ok;
                R -> Driver ! {Tag, R}, puppet(Driver)
            end
    end.

call(P, Fun, S) ->
    Pid = pid(P, S),
    M = monitor(process, Pid),
    Pid ! {'$do', self(), M, Fun},
    receive
        {M, R} -> demonitor(M, [flush]), {ok, R};
        {'DOWN', M, process, _, _} -> ended
    end.

%% Acts by one puppet, with no pause between them; then it makes sure that
%% each process it named has got its signals.
acts(Actor, Acts, Shape, S) ->
    Env = env(S),
    Targets = [pid(P, S) || A = #{<<"op">> := Op} <- Acts, P <- procs_in(Op, A)],
    Fun = fun() ->
              case do_acts(Acts, Env, []) of
                  '$return' -> '$return';
                  Done -> [is_process_alive(T) || T <- Targets], Done
              end
          end,
    case call(Actor, Fun, S) of
        ended -> {<<"ok">>, S};
        {ok, {Rs, #{refs := Refs, timers := Timers}}} ->
            Labels = maps:from_list([{R, L} || {L, R} <- maps:to_list(Refs)]),
            S1 = S#s{refs = Refs, labels = Labels, timers = Timers},
            {Shape([result_out(R, S1) || R <- Rs]), S1}
    end.

do_acts([], Env, Rs) -> {lists:reverse(Rs), Env};
do_acts([A = #{<<"op">> := Op} | Rest], Env, Rs) ->
    case act(Op, A, Env) of
        '$return' -> '$return';
        {R, Env1} -> do_acts(Rest, Env1, [R | Rs])
    end.

env(S) -> #{pids => S#s.pids, refs => S#s.refs, timers => S#s.timers, clock => S#s.clock}.

act(<<"stop">>, #{<<"reason">> := <<"normal">>}, _) -> '$return';
act(<<"stop">>, #{<<"reason">> := #{<<"error">> := T}}, _) -> error({crash, T});
act(<<"stop">>, #{<<"reason">> := R}, _) -> exit(reason_in(R));
act(<<"monitor">>, A = #{<<"ref">> := L}, Env = #{refs := Refs}) ->
    not is_map_key(L, Refs) orelse exit({ref_used_twice, L}),
    Ref = monitor(process, dest(A, Env)),
    {ok, Env#{refs := Refs#{L => Ref}}};
act(<<"send_after">>, A = #{<<"ms">> := Ms, <<"timer">> := L}, Env = #{timers := Ts, clock := C}) ->
    not is_map_key(L, Ts) orelse exit({timer_used_twice, L}),
    T = erlang:send_after(Ms, dest(A, Env), {'$user', maps:get(<<"msg">>, A)}),
    {ok, Env#{timers := Ts#{L => {T, C + Ms}}}};
act(Op, A, Env) ->
    R = try simple(Op, A, Env)
        catch error:Why when Why =:= badarg; Why =:= noproc -> {failed, Why}
        end,
    {R, Env}.

simple(<<"link">>, A, Env) -> true = link(dest(A, Env)), ok;
simple(<<"unlink">>, A, Env) -> true = unlink(dest(A, Env)), ok;
simple(<<"exit">>, A = #{<<"reason">> := R}, Env) -> true = exit(dest(A, Env), reason_in(R)), ok;
simple(<<"send">>, A = #{<<"msg">> := X}, Env) -> dest(A, Env) ! {'$user', X}, ok;
simple(<<"trap">>, #{<<"on">> := On}, _) -> process_flag(trap_exit, On);
simple(<<"demonitor">>, A = #{<<"ref">> := L}, #{refs := Refs}) ->
    Opts = [O || O <- [flush, info], maps:get(atom_to_binary(O), A, false)],
    Found = demonitor(maps:get(L, Refs), Opts),
    case lists:member(info, Opts) of
        true -> Found;
        false -> ok
    end;
simple(<<"cancel_timer">>, #{<<"timer">> := L}, #{timers := Ts}) ->
    {T, _} = maps:get(L, Ts),
    erlang:cancel_timer(T) =/= false;
simple(<<"register">>, A = #{<<"name">> := N}, #{pids := Pids}) ->
    true = register(name_in(N), maps:get(maps:get(<<"p">>, A), Pids)), ok;
simple(<<"unregister">>, #{<<"name">> := N}, _) -> true = unregister(name_in(N)), ok;
simple(<<"whereis">>, #{<<"name">> := N}, _) -> {process, whereis(name_in(N))}.

dest(#{<<"to">> := P}, #{pids := Pids}) -> maps:get(P, Pids);
dest(#{<<"to_name">> := N}, _) -> name_in(N).

result_out({failed, Why}, _) -> atom_to_binary(Why);
result_out({process, undefined}, _) -> null;
result_out({process, Pid}, S) -> maps:get(Pid, S#s.names);
result_out(ok, _) -> <<"ok">>;
result_out(B, _) when is_boolean(B) -> B.

%%% Settling -----------------------------------------------------------------

%% A dead process stays in the link and monitor lists of the others until its
%% signal has reached them. So all is settled once every living puppet sits in
%% its receive and the lists name only living puppets and agree with each
%% other; looked at twice, to be sure.
settle(S) -> settle(S, none).

settle(S0, Last) ->
    S = note_downs(S0),
    case snapshot(alive(S), S) of
        Last when Last =/= unsettled -> sort_new(Last, S);
        Now ->
            Now =:= unsettled andalso erlang:yield(),
            settle(S, Now)
    end.

note_downs(S = #s{mons = Mons, dead = Dead}) ->
    receive
        {'DOWN', M, process, _, Reason} when is_map_key(M, Mons) ->
            note_downs(S#s{dead = Dead#{maps:get(M, Mons) => Reason}})
    after 0 -> S
    end.

snapshot(Alive, S) ->
    Items = [status, links, monitors, monitored_by, messages],
    Infos = [{pid(P, S), process_info(pid(P, S), Items)} || P <- Alive],
    case lists:all(fun({_, I}) -> I =/= undefined end, Infos)
         andalso consistent([{P, maps:from_list(I)} || {P, I} <- Infos]) of
        true -> Infos;
        false -> unsettled
    end.

consistent(Infos) ->
    Driver = self(),
    Living = maps:from_list(Infos),
    Links = [{P, Q} || {P, #{links := L}} <- Infos, Q <- L],
    By = [P || {_, #{monitored_by := L}} <- Infos, P <- L, P =/= Driver],
    Monitoring = [P || {P, #{monitors := L}} <- Infos, _ <- L],
    lists:all(fun({_, #{status := St}}) -> St =:= waiting end, Infos)
        andalso lists:all(fun({P, Q}) -> is_map_key(Q, Living) andalso lists:member({Q, P}, Links) end, Links)
        andalso lists:all(fun({_, #{monitors := L}}) ->
                              lists:all(fun({process, {_, _}}) -> true;
                                           ({process, Q}) -> is_map_key(Q, Living)
                                        end, L)
                          end, Infos)
        andalso lists:sort(By) =:= lists:sort(Monitoring).

%% Append what this step brought to the canonical mailboxes.
sort_new(Infos, S) ->
    Boxes = [{maps:get(Pid, S#s.names), proplists:get_value(messages, I)} || {Pid, I} <- Infos],
    S#s{boxes = maps:from_list([{P, merge(box(P, S), Ms, S)} || {P, Ms} <- Boxes])}.

merge(Old, Ms, S) ->
    New = Ms -- Old,
    Kept = Old -- (Old -- Ms),                   % a flush may have taken one
    Kept ++ sort_runs(New, S).

sort_runs([], _) -> [];
sort_runs([{'$user', _} = M | Ms], S) -> [M | sort_runs(Ms, S)];
sort_runs(Ms, S) ->
    {Run, Rest} = lists:splitwith(fun({'$user', _}) -> false; (_) -> true end, Ms),
    {_, Sorted} = lists:unzip(lists:keysort(1, [{sort_key(msg_out(M, S)), M} || M <- Run])),
    Sorted ++ sort_runs(Rest, S).

sort_key(#{<<"exit">> := #{<<"from">> := P}}) -> {P, 0, <<>>};
sort_key(#{<<"down">> := #{<<"pid">> := P, <<"ref">> := R}}) -> {P, 1, R}.

%%% Small things -------------------------------------------------------------

pid(P, S) -> maps:get(P, S#s.pids).
box(P, S) -> maps:get(P, S#s.boxes, []).
alive(S) -> lists:sort(maps:keys(S#s.pids) -- maps:keys(S#s.dead)).
add_ref(L, Ref, S) ->
    not is_map_key(L, S#s.refs) orelse exit({ref_used_twice, L}),
    S#s{refs = (S#s.refs)#{L => Ref}, labels = (S#s.labels)#{Ref => L}}.

name_in(N) -> binary_to_atom(<<"$name:", N/binary>>).
name_out(A) -> <<"$name:", N/binary>> = atom_to_binary(A), N.

reason_in(#{<<"shutdown">> := T}) -> {shutdown, T};
reason_in(#{<<"error">> := T}) -> {error, T};
reason_in(R) -> binary_to_atom(R).

reason_out({{crash, T}, Stack}) when is_list(Stack) -> #{<<"error">> => T};
reason_out({error, T}) -> #{<<"error">> => T};
reason_out({shutdown, T}) -> #{<<"shutdown">> => T};
reason_out(R) when is_atom(R) -> atom_to_binary(R).

msg_out({'$user', X}, _) -> #{<<"user">> => X};
msg_out({'EXIT', Pid, R}, S) ->
    #{<<"exit">> => #{<<"from">> => maps:get(Pid, S#s.names), <<"reason">> => reason_out(R)}};
msg_out({'DOWN', Ref, process, Obj, R}, S) ->
    Who = case Obj of
              {Name, _Node} -> name_out(Name);
              Pid -> maps:get(Pid, S#s.names)
          end,
    #{<<"down">> => #{<<"ref">> => maps:get(Ref, S#s.labels), <<"pid">> => Who,
                      <<"reason">> => reason_out(R)}}.

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
