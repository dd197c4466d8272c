package cluster_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/attach"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/remote/cluster/group"
	"github.com/starlang-go/starlang/remote/cluster/topic"
	"github.com/starlang-go/starlang/remote/dialogue"
	"github.com/starlang-go/starlang/remote/remotetest"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/term"
	"github.com/starlang-go/starlang/term/msgp"
)

// sentinels are those of all packages of the library, by path and name.
var sentinels = map[string]map[string]error{
	"mailbox": {
		"ErrClosed":            mailbox.ErrClosed,
		"ErrConcurrentReceive": mailbox.ErrConcurrentReceive,
		"ErrEmpty":             mailbox.ErrEmpty,
		"ErrInterrupted":       mailbox.ErrInterrupted,
		"ErrMailboxFull":       mailbox.ErrMailboxFull,
		"ErrStopped":           mailbox.ErrStopped,
		"ErrTimeout":           mailbox.ErrTimeout,
	},
	"pid": {
		"ErrSyntax": pid.ErrSyntax,
	},
	"registry": {
		"ErrAlreadyNamed": registry.ErrAlreadyNamed,
		"ErrBadName":      registry.ErrBadName, "ErrBusy": registry.ErrBusy,
		"ErrHookSet":      registry.ErrHookSet,
		"ErrNameNotFound": registry.ErrNameNotFound,
		"ErrNameNotOwned": registry.ErrNameNotOwned,
		"ErrNameTaken":    registry.ErrNameTaken,
		"ErrNoConnection": registry.ErrNoConnection,
		"ErrNoProc":       registry.ErrNoProc,
		"ErrNoRemoteHook": registry.ErrNoRemoteHook,
		"ErrNotLocal":     registry.ErrNotLocal,
		"ErrRegistered":   registry.ErrRegistered,
		"ErrStalePID":     registry.ErrStalePID,
	},
	"remote": {
		"ErrBackoff":      remote.ErrBackoff,
		"ErrBusy":         remote.ErrBusy,
		"ErrCertificate":  remote.ErrCertificate,
		"ErrClosed":       remote.ErrClosed,
		"ErrCookie":       remote.ErrCookie,
		"ErrForged":       remote.ErrForged,
		"ErrLost":         remote.ErrLost,
		"ErrNameInUse":    remote.ErrNameInUse,
		"ErrNoConnection": remote.ErrNoConnection,
		"ErrNotSpawnable": remote.ErrNotSpawnable,
		"ErrSelf":         remote.ErrSelf,
		"ErrStarted":      remote.ErrStarted,
		"ErrTooManyConns": remote.ErrTooManyConns,
	},
	"remote/attach": {
		"ErrOff": attach.ErrOff,
	},
	"remote/cluster": {
		"ErrClosed":        cluster.ErrClosed,
		"ErrLate":          cluster.ErrLate,
		"ErrNoDirectory":   cluster.ErrNoDirectory,
		"ErrNoSession":     cluster.ErrNoSession,
		"ErrNodeNameTaken": cluster.ErrNodeNameTaken,
		"ErrStarted":       cluster.ErrStarted,
	},
	"remote/cluster/directory": {
		"ErrCompacted":   directory.ErrCompacted,
		"ErrNotFound":    directory.ErrNotFound,
		"ErrSessionLost": directory.ErrSessionLost,
		"ErrUnknown":     directory.ErrUnknown,
	},
	"remote/cluster/entity": {
		"ErrClosed":      entity.ErrClosed,
		"ErrEntityDown":  entity.ErrEntityDown,
		"ErrKindDiffers": entity.ErrKindDiffers,
		"ErrRegistered":  entity.ErrRegistered,
		"ErrShardBusy":   entity.ErrShardBusy,
	},
	"remote/cluster/group": {
		"ErrClosed":    group.ErrClosed,
		"ErrNotJoined": group.ErrNotJoined,
	},
	"remote/cluster/topic": {
		"ErrNotSubscribed": topic.ErrNotSubscribed,
	},
	"remote/dialogue": {
		"ErrNoPartner": dialogue.ErrNoPartner,
	},
	"remote/remotetest": {
		"ErrCut": remotetest.ErrCut,
	},
	"runtime": {
		"ErrAlarm":             runtime.ErrAlarm,
		"ErrAlreadyNamed":      runtime.ErrAlreadyNamed,
		"ErrCallOver":          runtime.ErrCallOver,
		"ErrCallSelf":          runtime.ErrCallSelf,
		"ErrConcurrentReceive": runtime.ErrConcurrentReceive,
		"ErrEmpty":             runtime.ErrEmpty,
		"ErrMailboxFull":       runtime.ErrMailboxFull,
		"ErrManyGoroutines":    runtime.ErrManyGoroutines,
		"ErrNameNotFound":      runtime.ErrNameNotFound,
		"ErrNameTaken":         runtime.ErrNameTaken,
		"ErrNilBody":           runtime.ErrNilBody,
		"ErrNoConnection":      runtime.ErrNoConnection,
		"ErrNoProc":            runtime.ErrNoProc,
		"ErrNotCall":           runtime.ErrNotCall,
		"ErrNotInProcess":      runtime.ErrNotInProcess,
		"ErrNotNamed":          runtime.ErrNotNamed,
		"ErrPropagatorSet":     runtime.ErrPropagatorSet,
		"ErrReplyType":         runtime.ErrReplyType,
		"ErrStopped":           runtime.ErrStopped,
		"ErrTerminated":        runtime.ErrTerminated,
		"ErrTimeout":           runtime.ErrTimeout,
	},
	"runtime/dist": {
		"ErrBusy":     dist.ErrBusy,
		"ErrForged":   dist.ErrForged,
		"ErrLeaving":  dist.ErrLeaving,
		"ErrLost":     dist.ErrLost,
		"ErrOpen":     dist.ErrOpen,
		"ErrOverload": dist.ErrOverload,
		"ErrProtocol": dist.ErrProtocol,
		"ErrReplaced": dist.ErrReplaced,
	},
	"runtime/genserver": {
		"ErrBadReply":      genserver.ErrBadReply,
		"ErrHandlers":      genserver.ErrHandlers,
		"ErrIgnore":        genserver.ErrIgnore,
		"ErrNoServer":      genserver.ErrNoServer,
		"ErrNotLocal":      genserver.ErrNotLocal,
		"ErrPropagatorSet": genserver.ErrPropagatorSet,
		"ErrReplyType":     genserver.ErrReplyType,
		"ErrSignature":     genserver.ErrSignature,
		"ErrStateType":     genserver.ErrStateType,
		"ErrUnhandled":     genserver.ErrUnhandled,
	},
	"runtime/inspect": {
		"ErrBusy":        inspect.ErrBusy,
		"ErrDenied":      inspect.ErrDenied,
		"ErrNoRecording": inspect.ErrNoRecording,
		"ErrNoServer":    inspect.ErrNoServer,
		"ErrNotFound":    inspect.ErrNotFound,
		"ErrTooLarge":    inspect.ErrTooLarge,
		"ErrUnsupported": inspect.ErrUnsupported,
	},
	"runtime/supervisor": {
		"ErrAlreadyPresent": supervisor.ErrAlreadyPresent,
		"ErrAlreadyStarted": supervisor.ErrAlreadyStarted,
		"ErrArgType":        supervisor.ErrArgType,
		"ErrDynamic":        supervisor.ErrDynamic,
		"ErrIgnore":         supervisor.ErrIgnore,
		"ErrMaxChildren":    supervisor.ErrMaxChildren,
		"ErrNotFound":       supervisor.ErrNotFound,
		"ErrRestarting":     supervisor.ErrRestarting,
		"ErrRunning":        supervisor.ErrRunning,
		"ErrTemplate":       supervisor.ErrTemplate,
	},
	"term": {
		"ErrDuplicateKey":   term.ErrDuplicateKey,
		"ErrInvalidByte":    term.ErrInvalidByte,
		"ErrMismatch":       term.ErrMismatch,
		"ErrNotRegistered":  term.ErrNotRegistered,
		"ErrPanic":          term.ErrPanic,
		"ErrRange":          term.ErrRange,
		"ErrRefusedMessage": term.ErrRefusedMessage,
		"ErrTaken":          term.ErrTaken,
		"ErrTooDeep":        term.ErrTooDeep,
		"ErrTooLarge":       term.ErrTooLarge,
		"ErrTooMany":        term.ErrTooMany,
		"ErrTrailingBytes":  term.ErrTrailingBytes,
		"ErrTruncated":      term.ErrTruncated,
		"ErrUnsendable":     term.ErrUnsendable,
	},
	"term/msgp": {
		"ErrInvalidByte": msgp.ErrInvalidByte,
		"ErrMismatch":    msgp.ErrMismatch,
		"ErrRange":       msgp.ErrRange,
		"ErrTooDeep":     msgp.ErrTooDeep,
		"ErrTooMany":     msgp.ErrTooMany,
		"ErrTruncated":   msgp.ErrTruncated,
	},
}

// What another process gets for an error of the library is that error, for errors.Is.
func TestSentinels_KeepTheirIdentityInMessages(t *testing.T) {
	for pkg, all := range sentinels {
		for name, sentinel := range all {
			for how, sent := range map[string]error{
				"bare": sentinel, "wrapped": fmt.Errorf("own trouble: %w", sentinel), "joined": errors.Join(errors.New("own trouble"), sentinel),
			} {
				wire, err := term.AppendMessage(nil, term.CarryError(sent))
				require.NoError(t, err)
				got, err := term.DecodeMessage(wire)
				require.NoError(t, err)
				arrived := got.(term.CarriedError).Err()
				require.ErrorIs(t, arrived, sentinel, "%s.%s, %s", pkg, name, how)
				require.EqualError(t, arrived, sent.Error())
			}
		}
	}
}

// The table above has all of them: each exported variable whose name begins with Err.
func TestSentinels_NoneIsForgotten(t *testing.T) {
	root := filepath.Join("..", "..")
	modules := []string{"mailbox", "pid", "registry", "term", "runtime", "remote", "remote/cluster"}
	found := 0
	for _, module := range modules {
		dir := filepath.Join(root, filepath.FromSlash(module))
		require.NoError(t, filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir():
				if d.Name() == "internal" || d.Name() == "testdata" || file != dir && isModule(file) {
					return fs.SkipDir
				}
				return nil
			case !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
				return nil
			}
			for _, name := range sentinelsIn(t, file) {
				rel, err := filepath.Rel(root, filepath.Dir(file))
				require.NoError(t, err)
				require.Contains(t, sentinels[filepath.ToSlash(rel)], name, path.Join(filepath.ToSlash(rel), d.Name()))
				found++
			}
			return nil
		}))
	}
	want := 0
	for _, all := range sentinels {
		want += len(all)
	}
	require.Equal(t, want, found)
}

func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// sentinelsIn returns the exported variables of a file whose names begin with Err.
func sentinelsIn(t *testing.T, file string) (names []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	for _, decl := range parsed.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				if rest, is := strings.CutPrefix(name.Name, "Err"); is && rest != "" && name.IsExported() {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}
