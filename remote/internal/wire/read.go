package wire

import (
	"errors"
	"math"
)

func readMessage(f *Frame, in *input) (err error) {
	if err = in.fromToAny(f); err == nil {
		f.Value, err = in.value()
	}
	return err
}

func readRaw(f *Frame, in *input) (err error) {
	if err = in.fromToAny(f); err == nil {
		f.Value, err = in.bytes()
	}
	return err
}

func readCall(f *Frame, in *input) (err error) {
	if err = in.fromToAny(f); err != nil {
		return err
	}
	if err = in.numbers(&f.Ref); err == nil {
		f.Value, err = in.value()
	}
	return err
}

func readReply(f *Frame, in *input) (err error) {
	if err = in.fromTo(f); err != nil {
		return err
	}
	if err = in.numbers(&f.Ref); err == nil {
		f.Value, err = in.value()
	}
	return err
}

func readExit(f *Frame, in *input) error {
	if err := in.fromToAny(f); err != nil {
		return err
	}
	return in.reason(f)
}

func readLinkExit(f *Frame, in *input) error {
	if err := in.fromTo(f); err != nil {
		return err
	}
	return in.reason(f)
}

func readMonitor(f *Frame, in *input) error {
	if err := in.fromToAny(f); err != nil {
		return err
	}
	return in.numbers(&f.Ref)
}

func readDown(f *Frame, in *input) error {
	if err := in.fromTo(f); err != nil {
		return err
	}
	if err := in.numbers(&f.Ref); err != nil {
		return err
	}
	return in.reason(f)
}

var (
	errEmptyPiece = errors.New("the piece is empty")
	errHuge       = errors.New("more remains than any body has")
)

func readFragment(f *Frame, in *input) (err error) {
	if err = in.numbers(&f.Code); err != nil {
		return err
	}
	if f.Value, err = in.bytes(); err != nil {
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

func readNotice(f *Frame, in *input) (err error) {
	if err = in.numbers(&f.Code); err == nil {
		f.Name, err = in.text(MaxTextBytes)
	}
	return err
}

func readWhereis(f *Frame, in *input) (err error) {
	if err = in.numbers(&f.Ref); err == nil {
		f.Name, err = in.text(maxNameBytes)
	}
	return err
}

func readSpawn(f *Frame, in *input) (err error) {
	if err = in.numbers(&f.Ref, &f.From); err != nil {
		return err
	}
	if f.Name, err = in.text(MaxFunctionBytes); err != nil {
		return err
	}
	if f.Held, err = in.ReadBool(); err == nil {
		f.Value, err = in.value()
	}
	return err
}

func readAnswer(f *Frame, in *input) (err error) {
	if err = in.numbers(&f.Ref); err == nil {
		f.Value, err = in.value()
	}
	return err
}

func readFailure(f *Frame, in *input) (err error) {
	if err = in.numbers(&f.Ref, &f.Code); err == nil {
		f.Name, err = in.text(MaxTextBytes)
	}
	return err
}
