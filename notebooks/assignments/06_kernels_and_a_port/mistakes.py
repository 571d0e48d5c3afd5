"""Assignment 6: answers that are wrong in ways that are likely, and what to tell who gives them."""

from notebooks.assignments.build.exercises import Mistake

GRAY = "0.5 + kernel / (2 * most)"
WAVES = "np.fft.fftn(kernel, (size, size, size), axes=(0, 1, 2))"
MOVES = "-ft * np.array([fh, fw]) / (fh**2 + fw**2)"
SHARE = "(right - left) / (right + left)"
AT = "(np.arange(n_out) + 0.5) * n_in / n_out - 0.5"
TAPS = "np.maximum(0, 1 - np.abs(at[:, None] - np.arange(n_in)))"
RESIZED = '    return np.einsum("it,jh,kw,thwcd->ijkcd", t, h, x, w)'
NORMED = "x * (variance + eps).rsqrt() * g + b"
GRADIENTS = "total.gradient(*[tensors[name] for name in by])"

MISTAKES = {
    "picture": [
        Mistake("from the least to the largest value", "Zero must be 0.5 in every kernel.", GRAY,
                "(kernel - kernel.min()) / (kernel.max() - kernel.min())"),
        Mistake("a gain for each frame", "One gain for all frames: else what fades out seems to "
                "last.",
                "    most = np.abs(kernel).max()\n    return 0.5 + kernel / (2 * most) if most > 0",
                "    most = np.abs(kernel).max((1, 2, 3), keepdims=True)\n"
                "    return 0.5 + kernel / (2 * most) if most.min() > 0"),
        Mistake("a gain for each color",
                "One gain for all colors: else gray kernels get colors.",
                "    most = np.abs(kernel).max()\n    return 0.5 + kernel / (2 * most) if most > 0",
                "    most = np.abs(kernel).max((0, 1, 2))\n"
                "    return 0.5 + kernel / (2 * most) if most.min() > 0"),
        Mistake("the largest value, not the largest size", "The darkest value may be further from "
                "zero than the brightest.", "np.abs(kernel).max()", "kernel.max()"),
        Mistake("values outside of 0 to 1",
                "From mid gray there is only 0.5 to black and to white.", "(2 * most)", "most"),
        Mistake("cut off at 0 and 1", "Nothing needs to be cut off if the gain is right.", GRAY,
                "np.clip(0.5 + kernel / most, 0, 1)"),
        Mistake("zero is black", "Zero is mid gray, what is negative is darker.", GRAY,
                "np.abs(kernel) / most"),
        Mistake("the mean taken off", "Zero is gray, not the mean.", "    most =",
                "    kernel = kernel - kernel.mean()\n    most ="),
        Mistake("the norm as gain", "The largest value must become black or white.",
                "np.abs(kernel).max()", "np.linalg.norm(kernel)"),
        Mistake("a silent kernel divided by 0", "What is the gain of a kernel that is all zero?",
                " if most > 0 else np.full(kernel.shape, 0.5)", ""),
    ],
    "power": [
        Mistake("colors added first",
                "Colors of opposite sign would cancel: transform first, then "
                "add the powers.", f"    waves = {WAVES}\n",
                "    kernel = kernel.sum(-1, keepdims=True)\n"
                "    waves = np.fft.fftn(kernel, (size, size, size), axes=(0, 1, 2))\n"),
        Mistake("the absolute value, not its square", "Power is the square of the absolute value.",
                "np.abs(waves) ** 2", "np.abs(waves)"),
        Mistake("a mean over colors", "The powers of the colors are added.", ".sum(-1)",
                ".mean(-1)"),
        Mistake("not padded", "Each of the three axes is padded to `size`.", WAVES,
                "np.fft.fftn(kernel, axes=(0, 1, 2))"),
        Mistake("colors transformed, too", "Colors are no axis of space or time: transform t, h "
                "and w.", WAVES, "np.fft.fftn(kernel, 3 * (size,) + kernel.shape[-1:], range(4))"),
        Mistake("the last three axes",
                "Without `axes` the last three are transformed, colors among "
                "them.", "axes=(0, 1, 2))", "axes=(1, 2, 3))"),
        Mistake("zero frequency in the middle",
                "The order is that of np.fft.fftfreq, with 0 first.",
                f"    waves = {WAVES}\n",
                f"    waves = np.fft.fftshift({WAVES}, axes=(0, 1, 2))\n"),
        Mistake("time not transformed", "A wave varies in t, too.", WAVES,
                "np.fft.fftn(np.pad(kernel, [(0, size - len(kernel))] + 3 * [(0, 0)]), "
                "(size, size), axes=(1, 2))"),
        Mistake("divided by the number of values", "Take the transform as it is, without a norm.",
                "np.abs(waves) ** 2", "np.abs(waves) ** 2 / size**3"),
        Mistake("the real part alone",
                "A wave's phase must not matter: take the absolute value of a "
                "complex number.", "np.abs(waves)", "waves.real"),
    ],
    "velocity": [
        Mistake("the sign",
                "Follow a crest: if ft t + fw w stays the same and t grows, what does w "
                "do?", "-ft *", "ft *"),
        Mistake("columns before rows", "Rows come first: h, then w.", "np.array([fh, fw])",
                "np.array([fw, fh])"),
        Mistake("not divided by the square", "The length of (fh, fw) is in the vector once and in "
                "the wavelength once.", "(fh**2 + fw**2)", "np.hypot(fh, fw)"),
        Mistake("each axis by itself",
                "The stripes move across themselves: both parts belong to one "
                "vector.", MOVES, "np.array([-ft / f if f else 0 for f in (fh, fw)])"),
        Mistake("the speed alone", "A velocity has two parts.", MOVES,
                "abs(ft) / np.hypot(fh, fw)"),
        Mistake("flicker of the whole picture taken", "Leave out all waves that do not vary in "
                "space.", "    power[:, 0, 0] = 0\n", "    power[0, 0, 0] = 0\n"),
        Mistake("indices in place of frequencies", "An index above the middle is a negative "
                "frequency: np.fft.fftfreq knows.", "np.fft.fftfreq(n)[i]", "i / n"),
        Mistake("zero frequency in the middle",
                "The order is that of np.fft.fftfreq, with 0 first.",
                "np.fft.fftfreq(n)[i]", "np.fft.fftshift(np.fft.fftfreq(n))[i]"),
        Mistake("cycles for the whole axis", "Frequencies are cycles per frame and per pixel; axes "
                "may differ in length.", "np.fft.fftfreq(n)[i]", "n * np.fft.fftfreq(n)[i]"),
        Mistake("ft not in it", "How fast it goes depends on ft.", "-ft * np", "-np.sign(ft) * np"),
    ],
    "direction_selectivity": [
        Mistake("left and right exchanged", "A crest goes right if ft and fw have opposite signs.",
                "-signs(power.shape[0])", "signs(power.shape[0])"),
        Mistake("no sign", "The result says which way, so it may be negative.",
                "return (right - left)", "return abs(right - left)"),
        Mistake("divided by all power", "What goes neither way is not in the sum.",
                "/ (right + left)", "/ power.sum()"),
        Mistake("the frequency -1/2 counted as negative", "-1/2 and 1/2 are the same frequency.",
                "np.where(f == -0.5, 0, np.sign(f))", "np.sign(f)"),
        Mistake("up and down", "Right and left are along the columns: the last axis.",
                "* signs(power.shape[2])", "* signs(power.shape[1])[:, None]"),
        Mistake("only the sign of ft", "A negative ft goes right only if fw is positive.",
                "* signs(power.shape[2])", "* np.abs(signs(power.shape[2]))"),
        Mistake("the share of the right", "What goes left is taken off above.", SHARE,
                "right / (right + left)"),
        Mistake("divided by the larger", "Divide by the sum of both.", SHARE,
                "(right - left) / max(right, left)"),
        Mistake("not divided", "The result is between -1 and 1 for loud and faint kernels alike.",
                SHARE, "right - left"),
    ],
    "resize_kernel": [
        Mistake("corners on corners", "It is the edges of the first and last pixel that stay, not "
                "their middles.", AT, "np.arange(n_out) * (n_in - 1) / max(1, n_out - 1)"),
        Mistake("the ratio upside down", "Where is the last pixel of the result, in pixels of the "
                "input?", AT, "(np.arange(n_out) + 0.5) * n_out / n_in - 0.5"),
        Mistake("no half pixels", "The middle of pixel i lies half a pixel after its beginning, "
                "before and after resizing.", AT, "np.arange(n_out) * n_in / n_out"),
        Mistake("not moved to the ends",
                "Outside of the first and the last middle the nearest value "
                "counts fully.", "        at = np.clip(at, 0, n_in - 1)\n", ""),
        Mistake("the nearest value", "The value is a mean of two neighbors.",
                "np.clip(at, 0, n_in - 1)", "np.clip(np.round(at), 0, n_in - 1)"),
        Mistake("negative shares", "Only the two neighbors count: shares do not fall below 0.",
                TAPS, "1 - np.abs(at[:, None] - np.arange(n_in))"),
        Mistake("rescaled", "Values are not rescaled: what is constant stays what it is.",
                ", h, x, w)", ", h, x, w) * np.prod(w.shape[:3]) / np.prod(size)"),
        Mistake("time not resized", "All three axes are resized.", RESIZED,
                '    return np.einsum("jh,kw,thwcd->tjkcd", h, x, w)'),
        Mistake("cut to size", "Resizing keeps all of the kernel.", RESIZED,
                "    return w[:size[0], :size[1], :size[2]]"),
        Mistake("the sizes in the order w, h, t", "Sizes are in the order t, h, w.",
                "zip(w.shape[:3], size)", "zip(w.shape[:3], size[::-1])"),
        Mistake("rows and columns exchanged", "The second axis is rows, the third columns.",
                "thwcd", "twhcd"),
    ],
    "layer_norm": [
        Mistake("eps as tinygrad has it",
                "eps is an argument; a default of another value is not it.",
                "variance + eps", "variance + 1e-5"),
        Mistake("eps of 1e-6 always", "eps is an argument.", "variance + eps", "variance + 1e-6"),
        Mistake("variance divided by D - 1", "The variance is a mean over D numbers; look at what "
                "var divides by.", "(x * x).mean(-1, keepdim=True)", "x.var(-1, keepdim=True)"),
        Mistake("eps outside of the root", "eps is added to the variance, under the root.",
                "x * (variance + eps).rsqrt()", "x / (variance.sqrt() + eps)"),
        Mistake("no gain", "The result is multiplied by g.", " * g + b", " + b"),
        Mistake("the shift multiplied by the gain", "First times g, then plus b.", NORMED,
                "(x * (variance + eps).rsqrt() + b) * g"),
        Mistake("rounded to float32", "Keep the precision: float64 in, float64 out.",
                "    x = x - x.mean(-1, keepdim=True)\n",
                "    x = x.float()\n    x = x - x.mean(-1, keepdim=True)\n"),
        Mistake("over the tokens", "Each token is normalized over its channels, the last axis.",
                "(x * x).mean(-1, keepdim=True)", "(x * x).mean(-2, keepdim=True)"),
        Mistake("the gradient stopped at the variance", "Whatever is detached, or goes through "
                ".numpy(), has lost its gradient.", "(x * x).mean(-1, keepdim=True)",
                "(x * x).mean(-1, keepdim=True).detach()"),
        Mistake("the mean of squares less the square of the mean",
                "Far from zero the digits cancel: " "take the mean off first.",
                "    x = x - x.mean(-1, keepdim=True)\n"
                "    variance = (x * x).mean(-1, keepdim=True)\n",
                "    mean = x.mean(-1, keepdim=True)\n"
                "    variance = (x * x).mean(-1, keepdim=True) - mean * mean\n    x = x - mean\n"),
    ],
    "vjp": [
        Mistake("the cotangents ignored", "It is the sum of answer times cotangent.",
                '(answer * Tensor(cotangents["out"])).sum()', "answer.sum()"),
        Mistake("a mean in place of the sum", "It is a sum.", ".sum()", ".mean()"),
        Mistake("Tensors returned", "The suite speaks NumPy.", "grad.numpy()", "grad"),
        Mistake("a list returned", "Gradients come by name.",
                "{name: grad.numpy() for name, grad in zip(by, grads)}",
                "[grad.numpy() for grad in grads]"),
        Mistake("all inputs, not those of `by`", "Return gradients by the inputs that are named in "
                "`by`, and no others.", 'cotangents["out"])).sum()\n',
                'cotangents["out"])).sum()\n    by = [*tensors]\n'),
        Mistake("names and gradients in different orders", "Gradients come in the order in which "
                "they were asked.", GRADIENTS,
                "total.gradient(*[tensors[name] for name in inputs if name in by])"),
        Mistake("eps fixed", "The attributes are passed on to the operation.", "**attributes)",
                "eps=1e-6)"),
        Mistake("rounded to float32", "Gradients have the precision of the inputs.",
                "grad.numpy() for", "grad.numpy().astype(np.float32) for"),
        Mistake("other Tensors than those that were used", "The gradient must be asked by the very "
                "Tensors that went into the answer.", "tensors[name] for name in by",
                "Tensor(inputs[name]) for name in by"),
    ],
}
