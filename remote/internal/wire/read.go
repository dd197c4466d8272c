package wire

import (
	"errors"
	"math"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal/frame"
)

var (
	errEmptyPiece = errors.New("the piece is empty")
	errHuge       = errors.New("more remains than any body has")
)

func readFragment(f *Frame, in *frame.Fields) (err error) {
	if err = in.Uints(&f.Code); err != nil {
		return err
	}
	if f.Value, err = in.Bytes(); err != nil {
		return err
	}
	switch {
	case len(f.Value) == 0:
		return errEmptyPiece
	case f.Code > math.MaxInt32<<8: // so that sums of lengths cannot overflow
		return errHuge
	}
	return nil
}

func readNotice(f *Frame, in *frame.Fields) (err error) {
	if err = in.Uints(&f.Code); err == nil {
		f.Name, err = in.Text(MaxTextBytes)
	}
	return err
}

func readWhereis(f *Frame, in *frame.Fields) (err error) {
	if err = in.Uints(&f.Ref); err == nil {
		f.Name, err = in.Text(pid.MaxNameBytes)
	}
	return err
}

func readSpawn(f *Frame, in *frame.Fields) (err error) {
	if err = in.Uints(&f.Ref, &f.From); err != nil {
		return err
	}
	if f.Name, err = in.Text(MaxFunctionBytes); err != nil {
		return err
	}
	if f.Held, err = in.ReadBool(); err == nil {
		f.Value, err = in.Value()
	}
	return err
}

func readAnswer(f *Frame, in *frame.Fields) (err error) {
	if err = in.Uints(&f.Ref); err == nil {
		f.Value, err = in.Value()
	}
	return err
}

func readFailure(f *Frame, in *frame.Fields) (err error) {
	if err = in.Uints(&f.Ref, &f.Code); err == nil {
		f.Name, err = in.Text(MaxTextBytes)
	}
	return err
}
