package application

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"sync/atomic"

	"github.com/starlang-go/starlang/runtime"
)

// configKey is under what an application's configuration is kept with the runtime.
type configKey string

// keepConfig lets ConfigOf find the configurations.
func keepConfig(rt *runtime.Runtime, apps []App) {
	for _, a := range apps {
		kept, _ := rt.Attach(configKey(a.Name), new(atomic.Pointer[any]))
		kept.(*atomic.Pointer[any]).Store(&a.Config)
	}
}

// ConfigOf returns the configuration of an application, to any process of its runtime.
// ctx is a process's Context or derives from one. It returns an error if there is no
// such application or the configuration is no C. Source: OTP, application:get_env/2.
func ConfigOf[C any](ctx context.Context, app string) (config C, err error) {
	c, ok := runtime.FromContext(ctx)
	if !ok {
		return config, runtime.ErrNotInProcess
	}
	kept, ok := c.Runtime().Attached(configKey(app)).(*atomic.Pointer[any])
	if !ok {
		return config, fmt.Errorf("application: there is no application %q", app)
	}
	config, ok = (*kept.Load()).(C)
	if !ok {
		return config, fmt.Errorf("application %q: the configuration is a %T, not a %v", app, *kept.Load(), reflect.TypeFor[C]())
	}
	return config, nil
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
