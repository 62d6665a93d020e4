"""A ResNet-18 of two stages and an ASPP head, written over a dictionary of tensors with the names of a state_dict."""
import torch
import torch.nn.functional as F

STAGES, CHANNELS, STRIDE = 2, 4, 8
DILATIONS = (1, 2)
SHUFFLES = 3


def shapes(classes, decoders):
    """Shape of every parameter, by name."""
    found = {'backbone.conv1.weight': (2 * CHANNELS, 3, 7, 7)}

    def norm(name, channels):
        found.update({f'{name}.{part}': (channels,) for part in ('weight', 'bias', 'running_mean', 'running_var')})

    norm('backbone.bn1', 2 * CHANNELS)
    inputs = 2 * CHANNELS
    for stage in range(STAGES):
        width = CHANNELS * 2 ** stage
        for block in range(2):
            name = f'backbone.layer{stage + 1}.{block}'
            for i, channels in ((1, inputs), (2, width)):
                found[f'{name}.conv{i}.weight'] = (width, channels, 3, 3)
                norm(f'{name}.bn{i}', width)
            if inputs != width:
                found[f'{name}.downsample.0.weight'] = (width, inputs, 1, 1)
                norm(f'{name}.downsample.1', width)
            inputs = width
    parts = {'image_pool.1': (inputs, 1), 'bottleneck': (CHANNELS * (len(DILATIONS) + 1), 3)}
    parts.update({f'aspp_modules.{i}': (inputs, 1 if d == 1 else 3) for i, d in enumerate(DILATIONS)})
    for part, (channels, kernel) in parts.items():
        found[f'decode_head.{part}.conv.weight'] = (CHANNELS, channels, kernel, kernel)
        norm(f'decode_head.{part}.bn', CHANNELS)
    found['decode_head.conv_seg.weight'] = (classes, CHANNELS, 1, 1)
    found['decode_head.conv_seg.bias'] = (classes,)
    for name in decoders:
        found[f'{name}.0.weight'] = (classes, CHANNELS, 1, 1)
        for i in range(1, SHUFFLES + 1):
            found[f'{name}.{i}.weight'] = (4 * classes, classes, 1, 1)
            found[f'{name}.{i}.bias'] = (4 * classes,)
    return found


class Network:
    """Functions over `state`; running statistics in it are moved by passes in training."""

    def __init__(self, state, training=True):
        self.state, self.training = state, training

    def norm(self, name, x):
        s = self.state
        return F.batch_norm(x, s[f'{name}.running_mean'], s[f'{name}.running_var'], s[f'{name}.weight'],
                            s[f'{name}.bias'], self.training, 0.1)

    def conv(self, name, x, **geometry):
        return F.conv2d(x, self.state[f'{name}.weight'], self.state.get(f'{name}.bias'), **geometry)

    def block(self, name, x, stride):
        y = F.relu(self.norm(f'{name}.bn1', self.conv(f'{name}.conv1', x, stride=stride, padding=1)))
        y = self.norm(f'{name}.bn2', self.conv(f'{name}.conv2', y, padding=1))
        if f'{name}.downsample.0.weight' in self.state:
            x = self.norm(f'{name}.downsample.1', self.conv(f'{name}.downsample.0', x, stride=stride))
        return F.relu(x + y)

    def encode(self, images):
        x = F.relu(self.norm('backbone.bn1', self.conv('backbone.conv1', images, stride=2, padding=3)))
        x = F.max_pool2d(x, 3, 2, 1)
        for stage in range(STAGES):
            for block in range(2):
                x = self.block(f'backbone.layer{stage + 1}.{block}', x, 2 if stage and not block else 1)
        return x

    def module(self, name, x, **geometry):
        return F.relu(self.norm(f'decode_head.{name}.bn', self.conv(f'decode_head.{name}.conv', x, **geometry)))

    def bottleneck(self, x):
        """What the pixel classifier reads."""
        pool = self.module('image_pool.1', x.mean((2, 3), keepdim=True)).expand(-1, -1, *x.shape[2:])
        branches = [self.module(f'aspp_modules.{i}', x, dilation=d, padding=0 if d == 1 else d)
                    for i, d in enumerate(DILATIONS)]
        return self.module('bottleneck', torch.cat([pool, *branches], 1), padding=1)

    def decode(self, x):
        return self.conv('decode_head.conv_seg', self.bottleneck(x))

    def auxiliary(self, name, z):
        """Logits of an auxiliary decoder; its channels are four places of all classes, PyTorch's the other way round."""
        x = self.conv(f'{name}.0', z)
        n, k = x.shape[:2]
        for i in range(1, SHUFFLES + 1):
            x = F.relu(self.conv(f'{name}.{i}', x))
            x = x.view(n, 4, k, *x.shape[2:]).transpose(1, 2).flatten(1, 2)
            x = F.pixel_shuffle(x, 2)
        return x


def resize(logits, size):
    return F.interpolate(logits, size=tuple(size), mode='bilinear', align_corners=False)
