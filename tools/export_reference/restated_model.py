"""The restated network: official encoder, ASPP head and MITrans; mix decoder and classifier of ours."""
import torch
import torch.nn as nn
import official_env as oe
from module_functions import NORM


def restated_cfg(case, classes):
    """The model part of an official config, MITrans at the case's width."""
    cfg = oe.model_cfg(
        depth=case['depth'], base=case['base'], stem=case['stem'], channels=case['channels'],
        dilations=case['dilations'], num_classes=classes, dropout=0.0,
        lambda_factor=case['recipe']['lambda_limit'], mitrans=case['mitrans'] is not False)
    if cfg['mitrans'] is not None and case['mitrans'] != 'cat':
        cfg['mitrans']['channels'] = case['mitrans']
    for absent in ('kl_loss', 'components'):
        del cfg[absent]
    cfg['type'] = 'restated'
    cfg['classifier'] = case['recipe']['classifier']
    return cfg


class MixDecoder(nn.Module):
    """What the official mix decoder uses of its ASPP head: bottleneck and classifier."""

    def __init__(self, in_channels, channels, classes):
        from mmcv.cnn import ConvModule
        super().__init__()
        self.bottleneck = ConvModule(in_channels, channels, 3, padding=1, norm_cfg=NORM)
        self.conv_seg = nn.Conv2d(channels, classes, 1)

    def forward(self, x):
        return self.conv_seg(self.bottleneck(x))


def build_restated(cfg):
    """An official EncoderDecoder (so that its inference can be called) with the training parts added."""
    from mmseg.models.builder import build_neck
    from mmseg.models.segmentors import EncoderDecoder
    head = cfg['decode_head']
    model = EncoderDecoder(dict(cfg['backbone']), dict(head), test_cfg=dict(mode='whole'))
    width = head['channels'] * (len(head['dilations']) + 1)
    model.mitrans = None
    if cfg['mitrans'] is not None:
        model.mitrans = build_neck(dict(cfg['mitrans']))
        width = cfg['mitrans']['channels']
    oe.init_quietly(model)
    model.decode_head_mix = MixDecoder(width, head['channels'], head['num_classes'])
    if cfg['classifier']:
        model.classifier = nn.Linear(head['in_channels'], head['num_classes'])
    return model


def aspp_branches(model, features):
    """The concatenated ASPP branches of the labeled decoder, image pooling first."""
    from mmseg.ops import resize
    head = model.decode_head
    pool = resize(head.image_pool(features), size=features.shape[2:], mode='bilinear',
                  align_corners=head.align_corners)
    return torch.cat([pool, *head.aspp_modules(features)], 1)


def decode(model, branches):
    """The rest of the labeled decoder: logits at feature size."""
    return model.decode_head.conv_seg(model.decode_head.bottleneck(branches))


def decode_mixed(model, branches):
    """MITrans, if there is one, and the mix decoder: (its input, logits at feature size)."""
    inner = branches if model.mitrans is None else model.mitrans(branches)
    return inner, model.decode_head_mix(inner)
