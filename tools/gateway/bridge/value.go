package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"time"

	"github.com/starlang-go/starlang/term"
)

// typed is a value and the wire name of its type, in JSON.
type typed struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
}

// read reads the value that a request has.
func (b *bridge) read(w http.ResponseWriter, r *http.Request) (any, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &refusal{http.StatusUnsupportedMediaType, "the content is not application/json"}
	}
	body, err := b.body(w, r)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &refusal{http.StatusRequestEntityTooLarge, err.Error()}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &refusal{http.StatusRequestTimeout, "the body did not come in time"}
	}
	var t typed
	if err == nil {
		err = strict(body, &t)
	}
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, err.Error()}
	}
	v, err := b.decode(t)
	if err != nil {
		return nil, &refusal{http.StatusUnprocessableEntity, err.Error()}
	}
	return v, nil
}

// body reads the body, for Timeout at the most. Servers that cannot bound a read say so,
// and bound it themselves.
func (b *bridge) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Now().Add(b.cfg.Timeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, b.cfg.MaxBytes))
	if err == nil {
		_ = conn.SetReadDeadline(time.Time{}) // the server reads on, to see whether the client goes away
	}
	return body, err
}

// decode returns the value of the Go type that has the name.
func (b *bridge) decode(t typed) (any, error) {
	if len(t.Value) == 0 {
		t.Value = json.RawMessage("null")
	}
	typ, err := typeOf(t.Type)
	if err != nil && b.cfg.PassUnknown {
		return unknown(t)
	}
	if err != nil {
		return nil, err
	}
	v := reflect.New(typ)
	err = strict(t.Value, v.Interface())
	return v.Elem().Interface(), err
}

// typeOf finds a registered type by its name: nil on the wire is its zero value.
func typeOf(name string) (reflect.Type, error) {
	if name == "" || len(name) > term.MaxNameBytes {
		return nil, errors.New("no name of a type")
	}
	b := term.AppendExtHeader(term.AppendArrayLen(nil, 2), term.ExtTypeName, len(name))
	zero, err := term.DecodeMessage(term.AppendNil(append(b, name...)))
	if _, raw := zero.(term.Raw); err != nil || raw || zero == nil {
		return nil, errors.New("the type is not registered: " + name)
	}
	return reflect.TypeOf(zero), nil
}

// unknown returns the value for a receiver that knows the type.
func unknown(t typed) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(t.Value))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	body, err := appendPlain(nil, v)
	if err != nil {
		return nil, err
	}
	return term.NewRaw(t.Type, body)
}

// appendPlain appends v, as encoding/json has decoded it, in the way in which fields of structs
// are written: a number says nothing of its type, which is the receiver's to choose.
func appendPlain(b []byte, v any) (_ []byte, err error) {
	switch v := v.(type) {
	case nil:
		return term.AppendNil(b), nil
	case bool:
		return term.AppendBool(b, v), nil
	case string:
		return term.AppendString(b, v), nil
	case json.Number:
		return appendNumber(b, v)
	case []any:
		b = term.AppendArrayLen(b, len(v))
		for _, e := range v {
			if b, err = appendPlain(b, e); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		b = term.AppendMapLen(b, len(v))
		for k, e := range v {
			if b, err = appendPlain(term.AppendString(b, k), e); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// appendNumber appends an integer if n is one, for fields of integers and of floats.
func appendNumber(b []byte, n json.Number) ([]byte, error) {
	if i, err := n.Int64(); err == nil {
		return term.AppendInt(b, i), nil
	}
	if u, err := strconv.ParseUint(n.String(), 10, 64); err == nil {
		return term.AppendUint(b, u), nil
	}
	f, err := n.Float64()
	if err != nil {
		return nil, fmt.Errorf("a number is out of range: %.40s", n)
	}
	return term.AppendFloat64(b, f), nil
}

// strict decodes one JSON value, with no field that the type has not, and nothing behind it.
func strict(b []byte, into any) (err error) {
	defer recovered(&err)
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// recovered makes an error of a panic: types may have methods for JSON.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("the type's method for JSON panics: %v", r)
	}
}

// encode returns a reply as JSON.
func encode(reply any) (_ []byte, err error) {
	defer recovered(&err)
	plain, err := term.ForJSON(reply)
	if err != nil {
		return nil, err
	}
	value, err := json.Marshal(plain)
	if err != nil {
		return nil, err
	}
	return json.Marshal(typed{Type: nameOf(reply), Value: value})
}

// nameOf returns the wire name of a value's type, "" for one that stands without.
func nameOf(v any) string {
	b, err := term.AppendMessage(nil, v)
	if err != nil {
		return ""
	}
	raw, err := term.Decode[term.Raw](b)
	if err != nil {
		return ""
	}
	return raw.Name()
}
