package application

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sync"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
)

// keptKey is the key under which a runtime keeps its programs.
type keptKey struct{}

// kept are the programs of a runtime, for [ConfigOf] and [Check]: they stay until the
// runtime goes, a later one of the same applications in place of an earlier one.
type kept struct {
	mu       sync.Mutex
	programs []*Program // guarded by mu
}

// keep lets others find a program by its runtime.
func keep(rt *runtime.Runtime, p *Program) {
	v, _ := inlet.Of(rt).Attach(keptKey{}, new(kept))
	k := v.(*kept)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.programs = append(slices.DeleteFunc(k.programs, (*Program).stopped), p)
}

func programs(rt *runtime.Runtime) []*Program {
	k, ok := inlet.Of(rt).Attached(keptKey{}).(*kept)
	if !ok {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.programs)
}

// ConfigOf returns the configuration of an application, to any process of its runtime.
// ctx is a process's Context or derives from one. It returns an error if there is no
// such application or the configuration is no C. Source: OTP, application:get_env/2.
func ConfigOf[C any](ctx context.Context, app string) (config C, err error) {
	c, ok := runtime.FromContext(ctx)
	if !ok {
		return config, runtime.ErrNotInProcess
	}
	for _, p := range programs(c.Runtime()) {
		for _, a := range p.apps {
			if a.Name != app {
				continue
			}
			if config, ok = a.Config.(C); !ok {
				err = fmt.Errorf("application %q: the configuration is a %T, not a %v", app, a.Config, reflect.TypeFor[C]())
			}
			return config, err
		}
	}
	return config, fmt.Errorf("application: there is no application %q", app)
}

// LoadConfig returns apps with their configurations changed to what r says: a JSON
// object with a member for each application, by name, that is decoded over its Config.
// Members for which there is no application or no field are errors.
// Source: OTP, config(4), the system configuration file.
func LoadConfig(r io.Reader, apps ...App) ([]App, error) {
	var members map[string]json.RawMessage
	if err := json.NewDecoder(r).Decode(&members); err != nil {
		return nil, fmt.Errorf("application: read the configuration: %w", err)
	}
	changed := append([]App(nil), apps...)
	for i := range changed {
		a := &changed[i]
		if text, ok := members[a.Name]; ok {
			if err := a.decodeConfig(text); err != nil {
				return nil, fmt.Errorf("application %q: read the configuration: %w", a.Name, err)
			}
			delete(members, a.Name)
		}
	}
	for name := range members {
		return nil, fmt.Errorf("application: read the configuration: there is no application %q", name)
	}
	return changed, nil
}

// decodeConfig decodes over a copy of the configuration.
func (a *App) decodeConfig(text json.RawMessage) error {
	if a.Config == nil {
		return fmt.Errorf("the application has no configuration")
	}
	config := reflect.New(reflect.TypeOf(a.Config))
	config.Elem().Set(reflect.ValueOf(a.Config))
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(config.Interface()); err != nil {
		return err
	}
	a.Config = config.Elem().Interface()
	return nil
}
