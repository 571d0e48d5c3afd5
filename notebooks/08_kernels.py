# %% [markdown]
# # 8. What was learned: kernels
#
# A tube's kernel is a small video: what it multiplies the pixels with, before it adds up. So one
# can look at it. Nobody told the demo model to look for edges or for motion; it began with noise
# and saw clips and answers. This lesson looks at what has become of its kernels, and takes care not
# to see more than there is: beside what was learned stands what it began with, and what chance
# would give.

# %%
import lesson
import numpy as np

import tubevit_np as tv
from tubevit_np.data.batch import PARAMETERS

lesson.overview("kernels")

# %%
params, cfg, notes = lesson.model()
begun = tv.init(cfg, np.random.default_rng([0, PARAMETERS]))  # as its training began
learned, noise = ([tree["tubes"][str(i)]["w"] for i in range(4)] for tree in (params, begun))
lesson.shapes(**{tube.name: w for tube, w in zip(cfg.tubes, learned, strict=True)})

# %% [markdown]
# Each array is `(kt, kh, kw, C, D)`: `D` = 96 kernels of `kt` frames of `kh x kw` pixels with `C` =
# 3 colors.
#
# ## A kernel as a picture
#
# Where a kernel is positive, bright pixels add to the token, where it is negative they take away,
# where it is zero they do not count. So zero becomes mid gray, 0.5, and the largest value of the
# kernel, of whatever sign, becomes black or white. Each kernel has *one* such gain for all its
# frames and colors; a gain for each frame or each color would invent flicker and colors.

# %%
w, pictures = learned[0], []
for d in range(cfg.dim):
    kernel = w[..., d]  # (kt, kh, kw, C)
    pictures.append(0.5 + kernel / (2 * np.abs(kernel).max()))

# %%
from tubevit_np.plots.analysis.pixels import kernel_rgb

pictures = np.array(pictures)
assert np.allclose(pictures, kernel_rgb(w))
lesson.shapes(kernel=kernel, pictures=pictures)

# %% [markdown]
# All 96 patch kernels, those of largest *norm* first (the norm is the root of the sum of squares:
# how loud a kernel is). Left, what the training began with: noise. Right, what it ended with.

# %%
from tubevit_np.plots.analysis import pixels
from tubevit_np.plots.kernel_plots.grid import draw_beside

figure = draw_beside({
    f"{when}: norms up to {pixels.norms(kernels).max():.2g}": pixels.patches(kernels, 640, 420)
    for when, kernels in (("at first", noise[0]), ("learned", learned[0]))})
lesson.show(figure, "Patch kernels: at first colored noise; learned: soft patches of light and "
            "color, rings, some edges.")

# %% [markdown]
# Colors, spots, spots with a ring around them, some edges and stripes. The objects of these clips
# are told by their color and texture, stripes or dots or clouds, and this is what sees them.
#
# ## The main directions of 96 kernels
#
# Many kernels look alike. *Principal components* tell how many really different ones there are.
# Each kernel is a vector of 8 x 8 x 3 = 192 numbers. The first component is the direction along
# which the 96 vectors differ most, the second the direction at right angles to it along which they
# differ most, and so on. The *singular value decomposition* gives them all, with their shares.

# %%
rows = w[0].reshape(192, 96).T.astype(float)  # a kernel in each row
rows -= rows.mean(0)
_, sizes, directions = np.linalg.svd(rows, full_matrices=False)
shares = sizes**2 / (sizes**2).sum()
lesson.shapes(rows=rows, directions=directions[:28])
kernels, fractions = pixels.components(w)
assert np.allclose(fractions, shares[:28])
assert np.allclose(abs(np.sum(kernels.reshape(192, 28).T * directions[:28], 1)), 1)

# %%
main = {"at first": pixels.components(noise[0]), "learned": pixels.components(learned[0])}
figure = draw_beside({f"{when}: these 28 hold {held.sum():.0%}": pixels.parts(components, 500)
                      for when, (components, held) in main.items()})
lesson.show(figure, "Principal components: of noise all alike; of the learned kernels first "
            "colors and light, then edges and finer and finer waves.")

# %%
figure, ax = lesson.axes(900, 380)
for when, (_, fractions) in main.items():
    ax.plot(np.arange(1, 29), fractions, "o-", markersize=3, label=when)
ax.set(xlabel="component", ylabel="share of all difference", ylim=(0, None))
ax.legend(frameon=False)
lesson.show(figure, "Shares of the components: level for noise, steep for what was learned.")

# %% [markdown]
# Of noise every direction is as good as any other. The learned kernels lie in few directions, and
# these are orderly: light and color as a whole, then edges, then finer and finer waves. (A
# component has no sign of its own: black and white may be exchanged.)
#
# ## Kernels that last: film strips
#
# A kernel of 8 x 8 x 8 is a film of eight frames. Here is one in each row, the loudest first.

# %%
lesson.show(draw_beside({"at first": pixels.strips(noise[1], 8, scale=9),
                         "learned": pixels.strips(learned[1], 8, scale=9)}),
            "Eight kernels as films, time to the right: at first noise; learned, bright and dark "
            "spots and bars that change from frame to frame.")

# %% [markdown]
# None of them is the same in all its frames. In some a spot stays and turns from bright to dark:
# such a kernel answers to what appears, goes or flickers. In others a bar or an edge travels: it
# answers where something moves its way. Their colors are paler than those of the patches: motion
# is seen in light and dark.
#
# ## A slice through space and time
#
# Lesson 1 laid one row of pixels over time and saw motion as a slope. The same works for a kernel.
# We take a kernel that looks for motion sideways, the one with the clearest direction (by measures
# that come further down), and its mean over rows and colors: one value for each column and frame.

# %%
from tubevit_np.plots.analysis.gabor_fit import gabor_fit
from tubevit_np.plots.analysis.spectrum import direction_selectivity, peaks, tuning

to = np.radians(tuning(peaks(learned[1]), 8)["direction"])
clear = direction_selectivity(learned[1]) * gabor_fit(learned[1])[0]
kernel = learned[1][..., np.argmax(clear * (np.abs(np.cos(to)) > 0.9))]  # (8, 8, 8, 3)
course = kernel.mean((1, 3))  # (frames, columns)
lesson.shapes(kernel=kernel, course=course)

# %%
from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.lesson_plots.arrays import draw_matrix

figure, axes = lesson.axes(1400, 320, columns=2, widths=(4, 1))
show(axes[0], pixels.strips(kernel[..., None], 1, scale=16))
draw_matrix(axes[1], course.T, rows="columns", columns="time (frames)")
lesson.show(figure, "Left: the eight frames of a kernel. Right: its columns over time; bright and "
            "dark bands are slanted.")

# %% [markdown]
# ## How fast? The spectrum tells
#
# Every array is a sum of waves, and the *Fourier transform* tells how much of each wave there is. A
# wave in space and time has a frequency along each axis: `ft` in cycles per frame, `fw` in cycles
# per pixel. If it moves to the right by `v` pixels in a frame, then in one frame `fw * v` of its
# cycles pass by: `ft = -fw * v` (the sign says to which side). All waves of one thing that moves
# have the same `v`, so they lie on a line through zero, and **the slope of the line is the speed**.
# (Adelson and Bergen, 1985, saw in this how eyes may measure motion.)
#
# To try it, a grating that moves to the right by half a pixel in each frame:

# %%
def spectrum(course):
    """Power of (frames, columns), padded with zeros, zero frequency in the middle."""
    return np.fft.fftshift(np.abs(np.fft.fft2(course, (64, 64))) ** 2)


def speed(power):
    at = np.unravel_index(power[:, 33:].argmax(), (64, 31))  # fw above zero
    return -(at[0] - 32) / (at[1] + 1)  # -ft / fw


# %%
t, x = np.mgrid[:8, :8]
grating = np.cos(2 * np.pi * 0.25 * (x - 0.5 * t))  # (frames, columns)
print(f"the grating moves {speed(spectrum(grating)):.2f} pixels per frame")

# %% [markdown]
# It finds the half pixel. Now the kernel of above beside it.

# %%
figure, axes = lesson.axes(1200, 480, columns=2)
for ax, (name, which) in zip(axes, {"the grating": grating, "the kernel": course}.items()):
    power = spectrum(which)
    ax.imshow(power, cmap="Greys", origin="lower", extent=(-0.5, 0.5, -0.5, 0.5))
    ax.axline((0, 0), slope=-speed(power), color="#D55E00", linewidth=1)
    ax.set(title=f"{name}: {speed(power):.1f} pixels per frame",
           xlabel="fw, cycles per pixel", ylabel="ft, cycles per frame")
lesson.show(figure, "Power over frequencies in space and time: both have two dark spots on a "
            "slanted line through zero, so they move.")

# %% [markdown]
# The clips' objects move by 0.6 to 1.5 pixels in a frame. A kernel that only flickers has its power
# on both sides alike, one that stands still on the horizontal axis. The kernel's spots are wider
# than the grating's: it takes what moves at about its speed, and so do its neighbors.
#
# ## Is it more than chance?
#
# A person sees faces in clouds. So we want a number, and what chance would give. The number: how
# much of a kernel's energy can *one* drifting grating behind a soft window hold? (Such a wave
# packet is called a *Gabor* function.) 1 is a perfect one. White noise gets nearly nothing. But
# that is too easy: any *smooth* noise looks a little like a grating. A fair chance has the same
# waves, as loud, put together at random: the phases, where each wave has its crests, are drawn
# anew.

# %%
from tubevit_np.plots.analysis.null_models import random_phases

rng = np.random.default_rng(8)
held = {}
for i, tube in enumerate(cfg.tubes):
    chance = random_phases(learned[i], rng)
    held[tube.name] = [gabor_fit(kernels)[0] for kernels in (noise[i], chance, learned[i])]

# %%
figure, axes = lesson.axes(1400, 420, columns=4)
shades = {"at first": "#c9c9c9", "chance": "#E69F00", "learned": "#0072B2"}
for ax, (name, values) in zip(axes, held.items(), strict=True):
    for (label, shade), shares in zip(shades.items(), values, strict=True):
        ax.hist(shares, np.linspace(0, 1, 26), color=shade, alpha=0.75, label=label)
    ax.set(title=name, xlabel="energy that one Gabor holds", ylim=(0, 60))
axes[0].set_ylabel("kernels")
axes[0].legend(frameon=False)
lesson.show(figure, "Histograms for the four tubes: noise near zero, smooth chance in the middle, "
            "learned kernels further right, most clearly for 8x8x8 and 16x4x4.")

# %%
print(f"{'tube':10}{'at first':>10}{'chance':>10}{'learned':>10}   (medians)")
for name, values in held.items():
    print(f"{name:10}" + "".join(f"{np.median(shares):10.2f}" for shares in values))

# %% [markdown]
# The kernels of all video tubes are more like a drifting grating than chance makes them; patches
# are nearest to chance, since spots and colors are no gratings. Chance itself scores far higher
# than noise: these kernels are smooth, and smooth things look like something. Without chance
# beside it a score says little.
#
# ## Which way?
#
# Each kernel has a direction: that of its strongest wave. And it has a strength of direction: the
# power that goes this way, less that which goes the opposite way, divided by both. It is 1 for what
# moves one way only and 0 for what flickers or rests. In the picture each kernel of two tubes is a
# point: its angle is where it sees things go, its distance from the middle is how strongly.

# %%
from tubevit_np.plots.analysis.null_models import random_directions
from tubevit_np.plots.style import color, page, place

figure = page(1300, 620)
for k, i in enumerate((1, 2)):
    ax = place(figure, 110 + 620 * k, 90, 460, 460, projection="polar")
    for kernels, shade in (random_directions(learned[i], rng), "#c9c9c9"), (learned[i], color(i)):
        to = np.radians(tuning(peaks(kernels), len(kernels))["direction"])
        ax.scatter(to, direction_selectivity(kernels), s=14, color=shade)
    ax.set(title=cfg.tubes[i].name, ylim=(0, 1), yticks=[0.5, 1])
lesson.show(figure, "Directions of the kernels of two tubes: points all round; those of chance, in "
            "gray, are nearer to the middle than the learned ones.")

# %% [markdown]
# Gray is chance again: the same waves, each sent one way or the other by a coin. Many learned
# kernels are further out than that. The clips move left, right, up and down, but kernels look all
# ways: an object's edges are turned at random, and the model needs several kernels to tell one
# motion. No kernel reaches 1; the detectors are broad, and what decides is the encoder that
# compares them.
#
# The [next lesson](09_images_and_videos.ipynb) asks what these kernels are good for.
#
# ## Exercises
#
# 1. Draw the films of the 16x4x4 kernels, `pixels.strips(learned[2], 8, scale=10)`. What do you see
#    travel?
# 2. Make a kernel of which every frame is the same picture, and one whose picture is multiplied by
#    `cos(t)`. Where does the power of each lie in the plane of `fw` and `ft`? What is
#    `direction_selectivity` of each?
# 3. Give each *frame* of a noise kernel a gain of its own and look at the film. What does it seem
#    to show that is not there?
#
# <details><summary>Answers</summary>
#
# 1. Small bars and spots of 4 x 4 pixels that come in on one side and leave on the other, some that
#    appear and disappear in place.
# 2. The first on the horizontal axis, `ft` = 0: it does not change. The second at `ft` = 1 / 2 pi
#    cycles per frame above and below, alike: a wave that goes right and one that goes left make one
#    that flickers in place. Both have direction 0.
# 3. All frames have the same contrast, so it seems to last evenly, even where the kernel is almost
#    zero. A common gain shows when it begins and ends.
#
# </details>
